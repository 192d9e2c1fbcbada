"""The tree is RFC 9162's: known answers, and proofs that hold only for what they prove."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.audit.log.merkle import (
    EMPTY_ROOT,
    ConsistencyProofIsWrong,
    Frontier,
    InclusionProofIsWrong,
    ProofIsWrong,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

# The leaves and roots that the Certificate Transparency implementations have shared since RFC 6962.
LEAVES = [bytes.fromhex(each) for each in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = [bytes.fromhex(each) for each in (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)]  # fmt: skip
INCLUSION = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCY = {
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


class Grown:
    """A tree grown leaf by leaf, with all its complete nodes kept."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.roots = [EMPTY_ROOT]
        self.edge = Frontier()
        for leaf in leaves:
            for made in self.edge.append(leaf_hash(leaf)):
                assert (made.level, made.index) not in self.nodes, "a complete node was made twice"
                self.nodes[made.level, made.index] = made.hash
            self.roots.append(self.edge.root())

    def node(self, level: int, index: int) -> bytes:
        return self.nodes[level, index]


def by_definition(leaves: list[bytes]) -> bytes:
    """MTH exactly as RFC 9162, 2.1.1 writes it."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + by_definition(leaves[:split]) + by_definition(leaves[split:])).digest()


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    """RFC 9162, 2.1.1: the hash of an empty list is the hash of an empty string."""
    assert root_of([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_roots_are_those_everyone_else_computes() -> None:
    """The roots of one to eight leaves are the shared known answers."""
    assert Grown(LEAVES).roots[1:] == ROOTS


@pytest.mark.parametrize(("place", "proof"), INCLUSION.items())
def test_inclusion_proofs_are_those_everyone_else_computes(place: tuple[int, int], proof: list[str]) -> None:
    """Known inclusion proofs are made, and verify."""
    index, size = place
    made = inclusion_proof(index, size, Grown(LEAVES).node)
    assert [each.hex() for each in made] == proof
    verify_inclusion(index, size, leaf_hash(LEAVES[index]), made, ROOTS[size - 1])


@pytest.mark.parametrize(("sizes", "proof"), CONSISTENCY.items())
def test_consistency_proofs_are_those_everyone_else_computes(sizes: tuple[int, int], proof: list[str]) -> None:
    """Known consistency proofs are made, and verify."""
    made = consistency_proof(*sizes, Grown(LEAVES).node)
    assert [each.hex() for each in made] == proof
    verify_consistency(*sizes, made, ROOTS[sizes[0] - 1], ROOTS[sizes[1] - 1])


@given(st.lists(st.binary(max_size=40), max_size=70))
def test_growing_leaf_by_leaf_is_the_definition(leaves: list[bytes]) -> None:
    """The incremental tree has the root that the recursive definition gives."""
    assert Grown(leaves).roots[-1] == by_definition(leaves)


@given(st.integers(1, 300), st.data())
@settings(deadline=None, max_examples=150)
def test_every_leaf_of_every_tree_can_be_proved(size: int, data: st.DataObject) -> None:
    """An inclusion proof holds for its leaf, and for no other place, size, leaf or root, nor changed in any way."""
    leaves = [str(number).encode() for number in range(size)]
    tree = Grown(leaves)
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, tree.node)
    hashed, root = leaf_hash(leaves[index]), tree.roots[size]
    verify_inclusion(index, size, hashed, proof, root)
    other = data.draw(st.integers(0, size + 1).filter(lambda each: each != index))
    with pytest.raises(InclusionProofIsWrong):
        verify_inclusion(other, size, hashed, proof, root)
    for wrong in _spoiled(proof, data):
        with pytest.raises(InclusionProofIsWrong):
            verify_inclusion(index, size, hashed, wrong, root)
    with pytest.raises(InclusionProofIsWrong):
        verify_inclusion(index, size, leaf_hash(b"another"), proof, root)
    with pytest.raises(InclusionProofIsWrong):
        verify_inclusion(index, size, hashed, proof, leaf_hash(b"another"))


@given(st.integers(1, 300), st.data())
@settings(deadline=None, max_examples=150)
def test_every_tree_can_be_proved_to_grow_out_of_every_earlier_one(size2: int, data: st.DataObject) -> None:
    """A consistency proof holds for its two trees, and not when anything in it is changed."""
    tree = Grown([str(number).encode() for number in range(size2)])
    size1 = data.draw(st.integers(1, size2))
    proof = consistency_proof(size1, size2, tree.node)
    root1, root2 = tree.roots[size1], tree.roots[size2]
    verify_consistency(size1, size2, proof, root1, root2)
    for wrong in _spoiled(proof, data):
        with pytest.raises(ConsistencyProofIsWrong):
            verify_consistency(size1, size2, wrong, root1, root2)
    with pytest.raises(ConsistencyProofIsWrong):
        verify_consistency(size1, size2, proof, leaf_hash(b"another"), root2)
    with pytest.raises(ConsistencyProofIsWrong):
        verify_consistency(size1, size2, proof, root1, leaf_hash(b"another"))


def _spoiled(proof: list[bytes], data: st.DataObject) -> list[list[bytes]]:
    spoiled = [[*proof, proof[-1] if proof else EMPTY_ROOT]]
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        bit = bytes([proof[at][0] ^ 1]) + proof[at][1:]
        spoiled += [proof[:-1], proof[1:], [*proof[:at], bit, *proof[at + 1 :]], [each[:31] for each in proof]]
    if len(proof) > 1 and proof != proof[::-1]:
        spoiled.append(proof[::-1])
    return spoiled


def test_equal_sizes_need_equal_roots_and_no_proof() -> None:
    """Between a tree and itself the proof is empty."""
    verify_consistency(3, 3, [], ROOTS[2], ROOTS[2])
    assert consistency_proof(3, 3, Grown(LEAVES).node) == []
    with pytest.raises(ConsistencyProofIsWrong, match="two roots"):
        verify_consistency(3, 3, [], ROOTS[2], ROOTS[3])
    with pytest.raises(ConsistencyProofIsWrong, match="no proof"):
        verify_consistency(3, 3, [ROOTS[2]], ROOTS[2], ROOTS[2])


@pytest.mark.parametrize("sizes", [(0, 3), (4, 3), (-1, 3), (2, 3)])
def test_an_empty_proof_between_different_sizes_proves_nothing(sizes: tuple[int, int]) -> None:
    """RFC 9162, 2.1.4.2: an empty consistency path fails; from an empty tree there is none."""
    with pytest.raises(ConsistencyProofIsWrong):
        verify_consistency(*sizes, [], EMPTY_ROOT, ROOTS[2])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (3, 3), (-1, 3)])
def test_a_place_outside_the_tree_cannot_be_proved(index: int, size: int) -> None:
    """RFC 9162, 2.1.3.2: the leaf's index is below the tree's size."""
    with pytest.raises(InclusionProofIsWrong):
        verify_inclusion(index, size, leaf_hash(b""), [], ROOTS[0])
    with pytest.raises(ValueError, match="no such leaf"):
        inclusion_proof(index, size, Grown(LEAVES).node)


@pytest.mark.parametrize("sizes", [(0, 3), (4, 3), (0, 0)])
def test_no_consistency_proof_is_made_where_none_is_defined(sizes: tuple[int, int]) -> None:
    """RFC 9162, 2.1.4.1: the earlier tree has leaves and is not larger."""
    with pytest.raises(ValueError, match="consistency"):
        consistency_proof(*sizes, Grown(LEAVES).node)


def test_a_tree_of_one_leaf_has_an_empty_proof() -> None:
    """The leaf's hash is the root."""
    verify_inclusion(0, 1, leaf_hash(b"only"), [], leaf_hash(b"only"))


def test_a_stored_tree_is_taken_up_where_it_was_left() -> None:
    """The frontier read back from complete nodes grows on to the same roots, from every size."""
    tree = Grown([str(number).encode() for number in range(70)])
    for size in range(70):
        edge = Frontier.at(size, tree.node)
        assert edge.root() == tree.roots[size]
        edge.append(leaf_hash(str(size).encode()))
        assert edge.root() == tree.roots[size + 1]


def test_leaf_and_node_hashes_cannot_be_taken_for_one_another() -> None:
    """Different prefixes: 0x00 for leaves, 0x01 for nodes."""
    left, right = leaf_hash(b"left"), leaf_hash(b"right")
    assert node_hash(left, right) != leaf_hash(left + right)
    assert issubclass(InclusionProofIsWrong, ProofIsWrong)
    assert issubclass(ConsistencyProofIsWrong, ProofIsWrong)
