//! Households that live for a year, and strangers who try them: what the familiarity rule is measured with.
//!
//! It is made to know nothing of the rule. It makes a world ([`world`]), households and what a server would see of
//! them ([`household`], [`event`]), and strangers ([`attackers`]), all from a seed and from cited or chosen figures
//! ([`parameters`]); then it runs four rules over the same events ([`rules`]) and counts ([`tally`], [`measure`]).
//! `README.md` says what is simulated, what is not, and how to read the tables.

pub mod attackers;
pub mod clients;
pub mod dice;
pub mod event;
pub mod household;
pub mod measure;
pub mod parameters;
pub mod plot;
pub mod report;
pub mod rules;
pub mod tally;
pub mod world;
