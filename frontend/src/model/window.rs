//! Which of many things are near the part that is seen.

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

/// The things between `top` and `bottom`, measured from the beginning of the list.
#[must_use]
pub fn window(heights: impl IntoIterator<Item = f64>, top: f64, bottom: f64) -> Window {
    let mut found = Window::default();
    let mut y = 0.0;
    for (index, height) in heights.into_iter().enumerate() {
        let below_it = y + height;
        if below_it <= top {
            found.start = index + 1;
            found.end = index + 1;
            found.above = below_it;
        } else if y < bottom {
            found.end = index + 1;
        } else {
            found.below += height;
        }
        y = below_it;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(count: usize, top: f64, bottom: f64) -> (usize, usize, f64, f64) {
        let found = window(std::iter::repeat_n(10.0, count), top, bottom);
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
        for top in 0..120 {
            let found = window(
                (1..=20).map(f64::from),
                f64::from(top),
                f64::from(top) + 30.0,
            );
            let drawn: f64 = (found.start + 1..=found.end).map(|n| n as f64).sum();
            assert!(
                (found.above + drawn + found.below - 210.0).abs() < 1e-9,
                "{top}"
            );
        }
    }
}
