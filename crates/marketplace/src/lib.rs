//! The uninstrumented domain of every exercise: a car-listings marketplace.
