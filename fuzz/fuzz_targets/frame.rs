//! Whatever a socket says: it is read or skipped, and what is read can be applied.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tallylight_core::replay;

fuzz_target!(|text: &str| replay::frame(text));
