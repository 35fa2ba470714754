//! A record as one piece of bytes: of a hundred thousand jobs, nearly all are only looked at.
//!
//! The bytes never leave this process.

use std::io;

use borsh::{
    BorshDeserialize, BorshSerialize,
    io::{Read, Write},
};

use super::{Parts, Record};
use crate::JobId;

/// Is a record in a third of the room, which must be unpacked before anything is asked of it. Its id stands beside it.
#[derive(Debug)]
pub(crate) struct Packed(Box<[u8]>);

impl Packed {
    /// Packs a record.
    ///
    /// # Errors
    /// Of a number that is none.
    pub(crate) fn of(job: &Record) -> io::Result<Self> {
        borsh::to_vec(job).map(|bytes| Self(bytes.into()))
    }

    /// Returns the record as it was packed.
    pub(crate) fn unpack(&self, job_id: &JobId) -> Record {
        let job = borsh::from_slice::<Record>(&self.0);
        #[expect(clippy::expect_used, reason = "bytes that this process wrote, and nothing else could have")]
        Record { job_id: job_id.clone(), ..job.expect("what was packed") }
    }
}

/// Leaves the id out, because it is what the record is found by.
#[expect(clippy::unnecessary_wraps, reason = "as borsh wants it")]
pub(super) fn put_nothing<W: Write>(_: &JobId, _: &mut W) -> io::Result<()> {
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "as borsh wants it")]
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
    // In their order, as they were put.
    Vec::deserialize_reader(from).map(Parts::from_sorted_store_unchecked)
}
