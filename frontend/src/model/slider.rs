//! The time slider: moments to places on a line and back, the strip of changes above it, and the
//! stops of a replay.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};

/// Places on the line, from 0 to this.
pub const PLACES: i64 = 1000;
/// Stops of a replay at most.
const STOPS: usize = 60;

/// The time that the line stands for: from the first change until now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its left end.
    pub first: DateTime<Utc>,
    /// Its right end.
    pub now: DateTime<Utc>,
}

impl Span {
    /// From the first change until now; a line always has some length.
    #[must_use]
    pub fn new(first: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Self {
        let latest = now - TimeDelta::minutes(1);
        Self {
            first: first.unwrap_or(latest).min(latest),
            now,
        }
    }

    /// Where the moment is; now is the right end.
    #[must_use]
    pub fn place(self, at: Option<DateTime<Utc>>) -> i64 {
        let Some(at) = at else { return PLACES };
        let whole = (self.now - self.first).num_milliseconds().max(1);
        let part = (at - self.first).num_milliseconds().clamp(0, whole);
        // The right end is now and nothing else: what is not now stays left of it.
        i64::try_from(i128::from(part) * i128::from(PLACES) / i128::from(whole))
            .unwrap_or(PLACES)
            .min(PLACES - 1)
    }

    /// The moment at that place, to the second; none at the right end, which is now.
    #[must_use]
    pub fn moment(self, place: i64) -> Option<DateTime<Utc>> {
        if place >= PLACES {
            return None;
        }
        let whole = (self.now - self.first).num_seconds();
        let part = i128::from(whole) * i128::from(place.max(0)) / i128::from(PLACES);
        let at = self.first + TimeDelta::seconds(i64::try_from(part).unwrap_or(whole));
        // At its very first second nothing was there yet: the left end is the first change.
        DateTime::from_timestamp(at.timestamp(), 0).map(|at| at.max(self.first))
    }
}

/// A bar of the strip; all in percent of the line and of the strip's height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// Left edge.
    pub left: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// Whether it is later than the moment shown.
    pub later: bool,
}

/// The strip of changes per day.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts and seconds fit 53 bits")]
pub fn bars(days: &[(NaiveDate, i64)], span: Span, at: Option<DateTime<Utc>>) -> Vec<Bar> {
    let whole = (span.now - span.first).num_seconds().max(1) as f64;
    let most = days
        .iter()
        .map(|(_, count)| *count)
        .max()
        .unwrap_or(1)
        .max(1) as f64;
    let percent = |at: DateTime<Utc>| {
        ((at - span.first).num_seconds() as f64 * 100.0 / whole).clamp(0.0, 100.0)
    };
    days.iter()
        .map(|(day, count)| {
            let begin = day.and_time(NaiveTime::MIN).and_utc();
            let (left, right) = (percent(begin), percent(begin + TimeDelta::days(1)));
            // The square root lets quiet days be seen beside busy ones.
            let height = (*count as f64 / most).sqrt() * 100.0;
            Bar {
                left,
                // A young project has few days: a day is a bar all the same, not a wall.
                width: ((right - left) * 0.75).clamp(0.35, 2.0),
                height: height.max(8.0),
                later: at.is_some_and(|at| begin > at),
            }
        })
        .collect()
}

/// Where a change before (or after) the moment can be: the days to ask about, nearest first.
#[must_use]
pub fn days_to_ask(days: &[(NaiveDate, i64)], at: DateTime<Utc>, back: bool) -> Vec<NaiveDate> {
    let here = at.date_naive();
    let with_changes = days
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(day, _)| *day);
    if back {
        let mut found: Vec<NaiveDate> = with_changes.filter(|day| *day <= here).collect();
        found.reverse();
        found
    } else {
        with_changes.filter(|day| *day >= here).collect()
    }
}

/// The moment of the change before, or after, among those of one day.
#[must_use]
pub fn neighbour(
    moments: &[DateTime<Utc>],
    at: DateTime<Utc>,
    back: bool,
) -> Option<DateTime<Utc>> {
    if back {
        moments.iter().rev().find(|moment| **moment < at).copied()
    } else {
        moments.iter().find(|moment| **moment > at).copied()
    }
}

/// Beginning and end of a day, UTC.
#[must_use]
pub fn day_bounds(day: NaiveDate) -> (DateTime<Utc>, DateTime<Utc>) {
    let next = day.checked_add_days(Days::new(1)).unwrap_or(day);
    (
        day.and_time(NaiveTime::MIN).and_utc(),
        next.and_time(NaiveTime::MIN).and_utc(),
    )
}

/// The stops of a replay from there to now: every change when they are few, else evenly chosen ones.
#[must_use]
pub fn stops(moments: &[DateTime<Utc>], from: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    let ahead: Vec<DateTime<Utc>> = moments.iter().copied().filter(|at| *at > from).collect();
    if ahead.len() <= STOPS {
        return ahead;
    }
    let last = ahead.len() - 1;
    (0..STOPS)
        .filter_map(|stop| ahead.get(stop * last / (STOPS - 1)).copied())
        .collect()
}

/// The stops of a replay over many days: the end of each day with changes.
#[must_use]
pub fn day_stops(
    days: &[(NaiveDate, i64)],
    from: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Vec<DateTime<Utc>> {
    let ends: Vec<DateTime<Utc>> = days
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(day, _)| day_bounds(*day).1.min(now))
        .collect();
    stops(&ends, from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    fn day(offset: u64) -> NaiveDate {
        at(0).date_naive() + Days::new(offset)
    }

    #[test]
    fn places_and_moments_agree_to_a_thousandth_of_the_line() {
        let span = Span::new(Some(at(0)), at(1_000_000));
        for place in [0, 1, 499, 500, 999] {
            let moment = span.moment(place).unwrap();
            assert!((span.place(Some(moment)) - place).abs() <= 1, "{place}");
        }
        assert_eq!(span.moment(500), Some(at(500_000)));
        assert_eq!(span.moment(PLACES), None, "the right end is now");
        assert_eq!(span.place(None), PLACES);
        assert_eq!(
            span.place(Some(at(999_999_999))),
            PLACES - 1,
            "only now is at the right end"
        );
        assert_eq!(span.place(Some(at(-5))), 0);
    }

    #[test]
    fn a_line_without_changes_has_some_length() {
        let span = Span::new(None, at(0));
        assert!(span.first < span.now);
        assert!(
            Span::new(Some(at(9)), at(0)).first < at(0),
            "a clock that is a little slow"
        );
    }

    #[test]
    fn the_first_moment_is_the_first_change_itself() {
        let first = at(0) + TimeDelta::microseconds(700_000);
        assert_eq!(Span::new(Some(first), at(1000)).moment(0), Some(first));
    }

    #[test]
    fn bars_stand_on_their_days_and_quiet_days_are_seen() {
        let span = Span::new(Some(day_bounds(day(0)).0), day_bounds(day(10)).0);
        let bars = bars(
            &[(day(0), 1), (day(5), 100)],
            span,
            Some(day_bounds(day(3)).0),
        );
        assert!(bars[0].left.abs() < 1e-9 && (bars[1].left - 50.0).abs() < 1e-9);
        assert!((bars[0].height - 10.0).abs() < 1e-9 && (bars[1].height - 100.0).abs() < 1e-9);
        assert!((bars[0].width - 2.0).abs() < 1e-9, "not a wall");
        assert_eq!((bars[0].later, bars[1].later), (false, true));
    }

    #[test]
    fn steps_look_at_the_nearest_days_with_changes() {
        let days = [(day(0), 2), (day(1), 0), (day(2), 1), (day(4), 1)];
        let noon = day_bounds(day(2)).0 + TimeDelta::hours(12);
        assert_eq!(days_to_ask(&days, noon, true), [day(2), day(0)]);
        assert_eq!(days_to_ask(&days, noon, false), [day(2), day(4)]);
    }

    #[test]
    fn a_step_never_stays_where_it_is() {
        let moments = [at(1), at(5), at(9)];
        assert_eq!(neighbour(&moments, at(5), true), Some(at(1)));
        assert_eq!(neighbour(&moments, at(5), false), Some(at(9)));
        assert_eq!(neighbour(&moments, at(1), true), None);
        assert_eq!(neighbour(&moments, at(6), true), Some(at(5)));
    }

    #[test]
    fn a_replay_has_every_change_or_sixty_of_them() {
        let few: Vec<_> = (0..5).map(at).collect();
        assert_eq!(stops(&few, at(1)), few[2..]);
        let many: Vec<_> = (0..1000).map(at).collect();
        let chosen = stops(&many, at(-1));
        assert_eq!(chosen.len(), STOPS);
        assert_eq!((chosen.first(), chosen.last()), (many.first(), many.last()));
        assert_eq!(
            day_stops(&[(day(0), 3), (day(1), 0)], at(-999_999), at(9)),
            [at(9)]
        );
    }
}
