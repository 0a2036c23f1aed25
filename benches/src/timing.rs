//! Times in turn: every reader has its slice in every round, so that what disturbs the machine disturbs
//! all of them alike.

use std::hint::black_box;
use std::time::{Duration, Instant};

const ROUNDS: usize = 201;
const SLICE: Duration = Duration::from_micros(200);

/// What was measured of one contestant.
#[derive(Clone, Debug)]
pub struct Timed {
    /// Nanoseconds for one call: the median of all rounds.
    pub nanoseconds: f64,
    /// How often slower than the first: the median of the ratios of all rounds.
    pub ratio: f64,
}

/// Times the contestants in turn.
pub fn in_turn(contestants: &mut [Box<dyn FnMut() + '_>]) -> Vec<Timed> {
    let calls: Vec<u32> = contestants.iter_mut().map(|run| calls_for_a_slice(run)).collect();
    let mut rounds: Vec<Vec<f64>> = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let times = contestants.iter_mut().zip(&calls).map(|(run, calls)| {
            let start = Instant::now();
            (0..*calls).for_each(|_| run());
            start.elapsed().as_nanos() as f64 / f64::from(*calls)
        });
        rounds.push(times.collect());
    }
    let column =
        |at: usize, of: &dyn Fn(&[f64]) -> f64| median(rounds.iter().map(|round| of(&round[at..])).collect());
    (0..contestants.len())
        .map(|at| Timed {
            nanoseconds: column(at, &|times| times[0]),
            ratio: median(rounds.iter().map(|round| round[at] / round[0]).collect()),
        })
        .collect()
}

fn calls_for_a_slice(run: &mut dyn FnMut()) -> u32 {
    let mut calls = 1_u32;
    loop {
        let start = Instant::now();
        (0..calls).for_each(|_| run());
        let took = start.elapsed();
        if took >= SLICE / 2 || calls > 1 << 24 {
            return ((f64::from(calls) * SLICE.as_secs_f64() / took.as_secs_f64().max(1e-9)) as u32).max(1);
        }
        calls *= 2;
    }
}

/// The value in the middle.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A reader as a contestant.
pub fn contestant<'a>(read: fn(&[u8]) -> bool, octets: &'a [u8]) -> Box<dyn FnMut() + 'a> {
    Box::new(move || {
        black_box(read(black_box(octets)));
    })
}
