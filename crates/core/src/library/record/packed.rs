//! Packed records: nearly all of 100,000 jobs are rarely accessed and are kept as serialized bytes to save memory.
//!
//! The bytes are never stored or sent.

use std::io;

use borsh::{
    BorshDeserialize, BorshSerialize,
    io::{Read, Write},
};

use super::{Parts, Record};
use crate::JobId;

/// A serialized record, which takes a third of the memory and must be unpacked for access. The id is stored outside.
#[derive(Debug)]
pub(crate) struct Packed(Box<[u8]>);

impl Packed {
    /// Packs a record.
    ///
    /// # Errors
    /// Returns an error if borsh cannot serialize a value, such as a NaN.
    pub(crate) fn of(job: &Record) -> io::Result<Self> {
        borsh::to_vec(job).map(|bytes| Self(bytes.into()))
    }

    /// Returns the record as it was packed.
    pub(crate) fn unpack(&self, job_id: &JobId) -> Record {
        let job = borsh::from_slice::<Record>(&self.0);
        #[expect(clippy::expect_used, reason = "only this process writes the bytes")]
        Record { job_id: job_id.clone(), ..job.expect("a packed record") }
    }
}

/// Omits the id, which is the key of the record.
#[expect(clippy::unnecessary_wraps, reason = "the signature that borsh requires")]
pub(super) fn put_nothing<W: Write>(_: &JobId, _: &mut W) -> io::Result<()> {
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "the signature that borsh requires")]
pub(super) fn take_no_id<R: Read>(_: &mut R) -> io::Result<JobId> {
    Ok(JobId::new(""))
}

pub(super) fn put_parts<K: BorshSerialize, V: BorshSerialize, W: Write>(
    parts: &Parts<K, V>,
    into: &mut W,
) -> io::Result<()> {
    u32::try_from(parts.len()).map_err(io::Error::other)?.serialize(into)?;
    parts.iter().try_for_each(|part| part.serialize(into))
}

pub(super) fn take_parts<K: BorshDeserialize + Ord, V: BorshDeserialize, R: Read>(
    from: &mut R,
) -> io::Result<Parts<K, V>> {
    // The parts were serialized in sorted order.
    Vec::deserialize_reader(from).map(Parts::from_sorted_store_unchecked)
}
