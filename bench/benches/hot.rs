//! Measures the time of the functions that process every message.

use criterion::{Criterion, criterion_group, criterion_main};
use tallylight_bench::hot::{Function, Hot};

fn hot(criterion: &mut Criterion) {
    let functions = [
        (Function::Decode, "decode"),
        (Function::Apply, "apply"),
        (Function::Diff, "diff"),
        (Function::Coalesce, "coalesce"),
    ];
    for (function, name) in functions {
        let (mut hot, mut number) = (Hot::default(), 0);
        criterion.bench_function(name, |bencher| {
            bencher.iter(|| {
                number += 1;
                hot.once(function, number)
            });
        });
    }
}

criterion_group!(benches, hot);
criterion_main!(benches);
