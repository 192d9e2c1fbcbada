"""Target groups: why a carer's situation arises. One list, which a referral asks by and support is listed under.

What a group is called depends on who speaks: a referral's form asks what it is about, a list of groups names carers,
and on public pages a carer says it in their own words. The three stand in one row, so that none is changed alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shared.kernel.translation import says

YOUNG_CARERS = "young-carer"
"""The group that a carer under 18 belongs to, whether or not somebody ticked it."""
START = date(2025, 7, 1)
"""The day on which the Social Services Act (2025:400) came into force."""


@dataclass(frozen=True)
class Basis:
    """What a group rests on. ``citation``: a place in the law; ``short``: as the directory's API says it."""

    citation: str
    short: str


# Social Services Act (2025:400), chapter 13, section 9
STATUTE = Basis("support-to-carers", "SoL 13:9")
# what some municipalities have decided besides
MUNICIPAL = Basis("municipality-decides", "municipal")


@dataclass(frozen=True)
class TargetGroup:
    """One group. ``about``: what a referral is about; ``name``: the carers; ``situation``: in a carer's own words.

    All three are keys into the catalogue. ``valid_to``: the first day on which it may not be chosen any more.
    """

    code: str
    about: str
    name: str
    situation: str
    basis: Basis
    valid_from: date = START
    valid_to: date | None = None


TARGET_GROUPS: tuple[TargetGroup, ...] = (
    TargetGroup(
        "older-people",
        about=says("Older people"),
        name=says("Carers of older people"),
        situation=says("I support somebody who is older"),
        basis=STATUTE,
    ),
    TargetGroup(
        "dementia",
        about=says("Dementia or another cognitive disease"),
        name=says("Carers of people with dementia or other cognitive disease"),
        situation=says("I support somebody with dementia or memory problems"),
        basis=STATUTE,
    ),
    TargetGroup(
        "neuropsychiatric",
        about=says("Neuropsychiatric conditions"),
        name=says("Carers of people with neuropsychiatric conditions"),
        situation=says("I support somebody with ADHD, autism or the like"),
        basis=STATUTE,
    ),
    TargetGroup(
        "intellectual-disability",
        about=says("Intellectual disability"),
        name=says("Carers of people with intellectual disability"),
        situation=says("I support somebody with an intellectual disability"),
        basis=STATUTE,
    ),
    TargetGroup(
        "physical-disability",
        about=says("Physical disability"),
        name=says("Carers of people with physical disability"),
        situation=says("I support somebody with a physical disability"),
        basis=STATUTE,
    ),
    TargetGroup(
        "chronic-illness",
        about=says("Long-term or chronic physical illness"),
        name=says("Carers of people with long-term or chronic physical illness"),
        situation=says("I support somebody who is ill for a long time"),
        basis=STATUTE,
    ),
    TargetGroup(
        "mental-illness",
        about=says("Mental illness or psychiatric disability"),
        name=says("Carers of people with mental illness or psychiatric disability"),
        situation=says("I support somebody with mental ill-health"),
        basis=STATUTE,
    ),
    TargetGroup(
        "addiction",
        about=says("Substance use or addiction"),
        name=says("Carers of people with substance use or addiction"),
        situation=says("I worry about somebody's alcohol, drugs or gambling"),
        basis=STATUTE,
    ),
    TargetGroup(
        "child",
        about=says("A child with any of these"),
        name=says("Parents of a child with illness or disability"),
        situation=says("My child is ill or has a disability"),
        basis=STATUTE,
    ),
    TargetGroup(
        "adult-child",
        about=says("An adult child with any of these"),
        name=says("Parents of an adult child with illness or disability"),
        situation=says("My adult child needs a lot of support"),
        basis=STATUTE,
    ),
    TargetGroup(
        YOUNG_CARERS,
        about=says("The carer is under 18"),
        name=says("Children under 18 who are carers"),
        situation=says("I am under 18 and somebody at home is unwell"),
        basis=STATUTE,
    ),
    TargetGroup(
        "criminal-lifestyle",
        about=says("Somebody with a criminal lifestyle"),
        name=says("Close to somebody with a criminal lifestyle"),
        situation=says("Somebody in my family is drawn into crime"),
        basis=MUNICIPAL,
    ),
    TargetGroup(
        "violent-extremism",
        about=says("Somebody in violent extremism"),
        name=says("Close to somebody in violent extremism"),
        situation=says("Somebody in my family is drawn into violent extremism"),
        basis=MUNICIPAL,
    ),
    TargetGroup(
        "lethal-violence",
        about=says("Having been struck by shootings or lethal violence"),
        name=says("Struck by shootings or lethal violence"),
        situation=says("We are struck by shootings or lethal violence"),
        basis=MUNICIPAL,
    ),
    TargetGroup(
        "violence-in-close-relations",
        about=says("Exposed to violence in a close relation"),
        name=says("Close to somebody exposed to violence in a close relation"),
        situation=says("Somebody I care about is exposed to violence"),
        basis=MUNICIPAL,
    ),
    TargetGroup(
        "bereaved-by-suicide",
        about=says("Bereaved by suicide"),
        name=says("Bereaved by suicide"),
        situation=says("I have lost somebody to suicide"),
        basis=MUNICIPAL,
    ),
    TargetGroup(
        "bereaved",
        about=says("The person cared for has died"),
        name=says("Bereaved carers"),
        situation=says("I have lost the one I supported"),
        basis=MUNICIPAL,
    ),
    TargetGroup(
        "other",
        about=says("Something else"),
        name=says("Other"),
        situation=says("My situation is another"),
        basis=MUNICIPAL,
    ),
)
