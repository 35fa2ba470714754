//! Whatever REST answers: a list, a job, a discovery document.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tallylight_core::replay;

fuzz_target!(|text: &str| replay::rest(text));
