//! The memory limit of a tool on Windows: a job object.

use std::{io, mem::size_of, ptr::from_ref};

use process_wrap::tokio::{CommandWrap, CommandWrapper};
use tokio::process::{Child, Command};
use windows::Win32::{
    Foundation::{CloseHandle, HANDLE},
    System::JobObjects::{
        AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_PROCESS_MEMORY,
        JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectExtendedLimitInformation, SetInformationJobObject,
    },
};

/// The largest memory of a tool, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct MemoryLimit(pub u64);

impl CommandWrapper for MemoryLimit {
    /// Limits the process, which is still suspended.
    fn post_spawn(&mut self, _: &mut Command, child: &mut Child, _: &CommandWrap) -> io::Result<()> {
        let Some(process) = child.raw_handle() else { return Ok(()) };
        limit(HANDLE(process), self.0)
    }
}

#[expect(unsafe_code, reason = "calls of Windows")]
fn limit(process: HANDLE, bytes: u64) -> io::Result<()> {
    let mut information = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
    information.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_PROCESS_MEMORY;
    information.ProcessMemoryLimit = usize::try_from(bytes).unwrap_or(usize::MAX);
    let size = u32::try_from(size_of::<JOBOBJECT_EXTENDED_LIMIT_INFORMATION>()).unwrap_or_default();
    // SAFETY: the process is the caller's child, which has not been waited for; the information has the size that is given,
    // and lives during the call. The job lasts until the process has ended, also without its handle.
    unsafe {
        let job = CreateJobObjectW(None, None)?;
        let limited =
            SetInformationJobObject(job, JobObjectExtendedLimitInformation, from_ref(&information).cast(), size)
                .and_then(|()| AssignProcessToJobObject(job, process));
        CloseHandle(job)?;
        limited?;
    }
    Ok(())
}
