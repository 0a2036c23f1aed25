//! Counted work. With the feature `count-steps` each read of a cursor counts one step, each octet that is
//! searched for an end counts one more, and so does each label of a name: what a test needs to assert that
//! the cost of a message is linear, whatever a clock says. Without the feature nothing is counted.

#[cfg(feature = "count-steps")]
extern crate std;

#[cfg(feature = "count-steps")]
std::thread_local!(static STEPS: core::cell::Cell<u64> = const { core::cell::Cell::new(0) });

/// Steps that this thread has taken so far.
#[cfg(feature = "count-steps")]
#[must_use]
pub fn steps_taken() -> u64 {
    STEPS.with(core::cell::Cell::get)
}

#[cfg(feature = "count-steps")]
pub(crate) fn count(steps: usize) {
    let steps = u64::try_from(steps).unwrap_or(u64::MAX);
    STEPS.with(|total| total.set(total.get().saturating_add(steps)));
}

#[cfg(not(feature = "count-steps"))]
#[inline(always)]
pub(crate) const fn count(_: usize) {}
