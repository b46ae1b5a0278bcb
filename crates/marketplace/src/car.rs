//! What is for sale.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A car that is for sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Car {
    /// The number of its listing, from 1.
    pub id: u32,
    /// Its vehicle identification number, 17 characters.
    pub vin: String,
    /// Its model, in lower case: `golf`.
    pub model: String,
    /// The year in which it was first registered.
    pub year: u16,
    /// How far it has been driven, in kilometres.
    pub kilometres: u32,
    /// What the seller asks, in euros.
    pub price_eur: u32,
    /// Who sells it.
    pub seller: Seller,
    /// What it is worth, in euros; none until [`crate::Market::value`].
    pub value_eur: Option<u32>,
    /// How good an offer it is, in percent of its price; none until [`crate::Market::score`].
    pub score: Option<u32>,
}

impl Car {
    /// What a car of this age and use is worth, in euros.
    pub(crate) fn worth(&self) -> u32 {
        let years = u32::from(2026 - self.year);
        30_000_u32.saturating_sub(years * 1_200 + self.kilometres / 20)
    }
}

/// Who sells a car.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Seller {
    /// A dealer, who answers for stock of his own.
    Dealer,
    /// Somebody in a region; the region's inventory knows the car.
    Private(Region),
}

/// A region with an inventory of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Region {
    /// The north.
    North,
    /// The south.
    South,
    /// The west.
    West,
}

impl Region {
    /// Every region.
    pub const ALL: [Self; 3] = [Self::North, Self::South, Self::West];
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::North => "north",
            Self::South => "south",
            Self::West => "west",
        })
    }
}
