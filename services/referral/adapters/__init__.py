"""How the referral service keeps things: PostgreSQL, sealed under keys, and the Swedish calendar."""
