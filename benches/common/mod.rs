//! Paired timing: ours and the floor in turn, so that a machine whose speed drifts does not favour either.
#![allow(dead_code, clippy::print_stdout, clippy::disallowed_methods, reason = "benches measure and print")]

use std::time::{Duration, Instant};

/// Prints the median of the ratios of 41 paired rounds.
pub(crate) fn ratio(name: &str, aim: f64, mut floor: impl FnMut(), mut ours: impl FnMut()) {
    let time = |work: &mut dyn FnMut()| {
        let start = Instant::now();
        for _ in 0..2_000 {
            work();
        }
        start.elapsed().as_secs_f64()
    };
    time(&mut floor);
    time(&mut ours);
    let mut ratios: Vec<f64> = (0..41)
        .map(|_| {
            let below = time(&mut floor);
            time(&mut ours) / below
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    println!("{name}: {:.2} times its floor (aim: at most {aim})", ratios[ratios.len() / 2]);
}

/// The `percent`-th percentile of durations.
pub(crate) fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    let index = (times.len() * percent / 100).min(times.len().saturating_sub(1));
    times.get(index).copied().unwrap_or_default()
}
