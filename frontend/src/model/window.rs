//! Which of many things are near the part that is seen.

use std::ops::Range;

/// Where things begin that stand one below the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Tops(Vec<f64>);

impl Default for Tops {
    fn default() -> Self {
        Self(vec![0.0])
    }
}

impl Tops {
    /// Of things that are so high.
    #[must_use]
    pub fn of(heights: impl IntoIterator<Item = f64>) -> Self {
        let mut tops = vec![0.0];
        let mut y = 0.0;
        for height in heights {
            y += height;
            tops.push(y);
        }
        Self(tops)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len().saturating_sub(1)
    }

    /// How far from the beginning that one is; the end of all for one that is not there.
    #[must_use]
    pub fn top(&self, index: usize) -> f64 {
        let at = self.0.get(index).or(self.0.last());
        at.copied().unwrap_or_default()
    }

    /// Those that are seen between two heights.
    #[must_use]
    pub fn between(&self, top: f64, bottom: f64) -> Range<usize> {
        let count = self.len();
        let ends = self.0.get(1..).unwrap_or_default();
        let start = ends.partition_point(|end| *end <= top);
        let begun = self.0.get(..count).unwrap_or_default();
        let end = begun.partition_point(|begin| *begin < bottom);
        start..end.max(start)
    }

    /// The room that those take which are not drawn.
    #[must_use]
    pub fn window(&self, drawn: Range<usize>) -> Window {
        Window {
            start: drawn.start,
            end: drawn.end,
            above: self.top(drawn.start),
            below: self.top(self.len()) - self.top(drawn.end),
        }
    }
}

/// The part of a list that is drawn, and the room that the rest takes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Window {
    /// First thing drawn.
    pub start: usize,
    /// One after the last thing drawn.
    pub end: usize,
    /// Height of those above, in pixels.
    pub above: f64,
    /// Height of those below, in pixels.
    pub below: f64,
}

/// What a part of a list is needed for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// On the screen: drawn at once.
    pub seen: Range<usize>,
    /// Near it: drawn a few at a time, before they are seen.
    pub near: Range<usize>,
    /// Not far from it: stays when it is drawn.
    pub kept: Range<usize>,
}

/// What is drawn next, and whether that is all for now. At most `most` things that nobody sees yet are
/// added at either end, so that no frame has much to do.
#[must_use]
pub fn grow(drawn: Range<usize>, need: &Need, most: usize) -> (Range<usize>, bool) {
    let Need { seen, near, kept } = need;
    let apart = drawn.is_empty() || drawn.end < seen.start || drawn.start > seen.end;
    let base = if apart {
        seen.clone()
    } else {
        drawn.start.max(kept.start).min(seen.start)..drawn.end.min(kept.end).max(seen.end)
    };
    // A screen that is all new is enough for one frame.
    let most = if apart { 0 } else { most };
    let up = base.start.saturating_sub(near.start).min(most);
    let down = near.end.saturating_sub(base.end).min(most);
    let next = base.start - up..base.end + down;
    let whole = next.start <= near.start && next.end >= near.end;
    (next, whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn even(count: usize) -> Tops {
        Tops::of(std::iter::repeat_n(10.0, count))
    }

    fn of(count: usize, top: f64, bottom: f64) -> (usize, usize, f64, f64) {
        let tops = even(count);
        let found = tops.window(tops.between(top, bottom));
        (found.start, found.end, found.above, found.below)
    }

    #[test]
    fn only_what_is_seen_is_drawn_and_the_rest_keeps_its_room() {
        assert_eq!(of(100, 200.0, 250.0), (20, 25, 200.0, 750.0));
        assert_eq!(of(100, 205.0, 251.0), (20, 26, 200.0, 740.0));
        assert_eq!(of(100, -500.0, 30.0), (0, 3, 0.0, 970.0));
    }

    #[test]
    fn far_away_nothing_is_drawn() {
        assert_eq!(of(10, -900.0, -100.0), (0, 0, 0.0, 100.0));
        assert_eq!(of(10, 500.0, 900.0), (10, 10, 100.0, 0.0));
        assert_eq!(of(0, 0.0, 900.0), (0, 0, 0.0, 0.0));
    }

    #[test]
    fn the_whole_height_never_changes() {
        let tops = Tops::of((1..=20).map(f64::from));
        for top in 0..120 {
            let found = tops.window(tops.between(f64::from(top), f64::from(top) + 30.0));
            let drawn: f64 = (found.start + 1..=found.end).map(|n| n as f64).sum();
            assert!(
                (found.above + drawn + found.below - 210.0).abs() < 1e-9,
                "{top}"
            );
        }
    }

    /// A screen of 10 things, 5 more near it, 8 more kept; thing `at` is the first one seen.
    fn need(at: usize) -> Need {
        Need {
            seen: at..at + 10,
            near: at - 5..at + 15,
            kept: at - 8..at + 18,
        }
    }

    #[test]
    fn what_is_seen_is_drawn_at_once_and_what_is_near_a_few_at_a_time() {
        let (first, whole) = grow(0..0, &need(100), 2);
        assert_eq!((first, whole), (100..110, false));
        let (second, _) = grow(100..110, &need(100), 3);
        assert_eq!(second, 97..113);
        assert_eq!(grow(second, &need(100), 3), (95..115, true));
        assert_eq!(grow(95..115, &need(100), 2), (95..115, true), "at rest");
    }

    #[test]
    fn scrolling_on_adds_at_one_end_and_drops_at_the_other_only_what_is_far() {
        let mut drawn = 95..115;
        for at in 101..200 {
            let before = drawn.clone();
            drawn = grow(drawn, &need(at), 2).0;
            let added = drawn.end - before.end + before.start.saturating_sub(drawn.start);
            assert!(added <= 1, "{at}: {before:?} {drawn:?}");
            assert!(drawn.start <= at && drawn.end >= at + 10, "{at}: {drawn:?}");
            assert!(drawn.len() <= 26, "{at}: {drawn:?}");
        }
    }

    #[test]
    fn a_jump_draws_the_screen_and_nothing_between() {
        assert_eq!(grow(95..115, &need(300), 2).0, 300..310);
        assert_eq!(grow(95..115, &need(40), 2).0, 40..50);
        assert_eq!(grow(95..115, &need(110), 2).0, 102..122);
    }
}
