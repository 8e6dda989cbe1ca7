//! Whole numbers of a body: any that JSON can write is read, so that one out of bounds is told what the bounds are.

use domain::Invalid;

/// Reads a number with a parser of the domain.
pub fn whole<T>(parse: impl FnOnce(u32) -> Result<T, Invalid>) -> impl FnOnce(i64) -> Result<T, Invalid> {
    // Every bound of the domain is below this, so what does not fit is refused as out of range.
    |number| parse(u32::try_from(number).unwrap_or(u32::MAX))
}
