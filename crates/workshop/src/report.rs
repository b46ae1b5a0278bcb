//! An outcome for people and for machines.

pub mod json;
pub(crate) mod junit;
pub(crate) mod text;
