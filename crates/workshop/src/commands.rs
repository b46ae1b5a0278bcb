//! One room for each subcommand.

pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod hint;
pub(crate) mod judge;
pub(crate) mod lab;
pub(crate) mod list;
pub(crate) mod open;
pub(crate) mod reset;
pub(crate) mod solution;
