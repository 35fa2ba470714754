//! A percentage, which is nearly always a whole number.

use std::io;

use borsh::{
    BorshDeserialize, BorshSerialize,
    io::{Read, Write},
};

/// A number from 0 to 100. Packed, a whole number takes one byte.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub(super) struct Percent(pub(super) f64);

/// The marker before a number that is not whole.
const FRACTION: u8 = u8::MAX;

impl BorshSerialize for Percent {
    fn serialize<W: Write>(&self, into: &mut W) -> io::Result<()> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the result is compared")]
        let whole = self.0 as u8;
        if whole < FRACTION && f64::from(whole).to_bits() == self.0.to_bits() {
            whole.serialize(into)
        } else {
            (FRACTION, self.0).serialize(into)
        }
    }
}

impl BorshDeserialize for Percent {
    fn deserialize_reader<R: Read>(from: &mut R) -> io::Result<Self> {
        match u8::deserialize_reader(from)? {
            FRACTION => f64::deserialize_reader(from).map(Self),
            whole => Ok(Self(whole.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn packed(percent: f64) -> Vec<u8> {
        borsh::to_vec(&Percent(percent)).expect("bytes")
    }

    proptest! {
        #[test]
        fn round_trip_is_exact_to_the_bit(percent in prop_oneof![any::<f64>(), (0..=100_u8).prop_map(f64::from)]) {
            prop_assume!(!percent.is_nan());
            let Percent(back) = borsh::from_slice(&packed(percent)).expect("a number");
            prop_assert_eq!(back.to_bits(), percent.to_bits());
        }
    }

    #[test]
    fn whole_number_takes_one_byte() {
        assert_eq!([0.0, 100.0, 99.5, -0.0].map(|percent| packed(percent).len()), [1, 1, 9, 9]);
    }
}
