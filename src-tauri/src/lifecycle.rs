//! Start and end of the process: arguments, one instance per data folder, shutdown, updates.

pub mod args;
pub mod instance_lock;
pub mod launch;
pub mod releases;
pub mod shutdown;
pub mod updates;
