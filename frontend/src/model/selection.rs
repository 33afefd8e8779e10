//! Which rows of a list are selected.

use std::collections::HashSet;
use std::hash::Hash;

/// The selected ones, and where a range begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection<K: Eq + Hash> {
    chosen: HashSet<K>,
    anchor: Option<K>,
}

impl<K: Eq + Hash> Default for Selection<K> {
    fn default() -> Self {
        Self {
            chosen: HashSet::new(),
            anchor: None,
        }
    }
}

impl<K: Copy + Eq + Hash> Selection<K> {
    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.chosen.len()
    }

    /// Whether none is selected.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chosen.is_empty()
    }

    /// Whether that one is.
    #[must_use]
    pub fn has(&self, one: K) -> bool {
        self.chosen.contains(&one)
    }

    /// Selects it, or no longer; ranges begin here.
    pub fn toggle(&mut self, one: K) {
        if !self.chosen.remove(&one) {
            self.chosen.insert(one);
        }
        self.anchor = Some(one);
    }

    /// Selects everything between where the range begins and this one, in the order of the screen.
    pub fn extend(&mut self, to: K, order: &[K]) {
        let place = |one: K| order.iter().position(|other| *other == one);
        let from = self.anchor.and_then(place);
        let Some((from, to_at)) = from.zip(place(to)) else {
            self.chosen.insert(to);
            self.anchor = Some(to);
            return;
        };
        let (first, last) = (from.min(to_at), from.max(to_at));
        let between = order.iter().skip(first).take(last - first + 1);
        self.chosen.extend(between.copied());
    }

    /// Selects all of these, or none when all are selected already.
    pub fn all(&mut self, order: &[K]) {
        if order.iter().all(|one| self.has(*one)) {
            *self = Self::default();
        } else {
            self.chosen.extend(order.iter().copied());
        }
    }

    /// Keeps only what is still on the screen.
    pub fn keep(&mut self, order: &[K]) {
        self.chosen.retain(|one| order.contains(one));
        self.anchor = self.anchor.filter(|anchor| order.contains(anchor));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(selection: &Selection<i32>, order: &[i32]) -> Vec<i32> {
        let chosen = order.iter().filter(|one| selection.has(**one));
        chosen.copied().collect()
    }

    #[test]
    fn one_after_the_other_and_a_range_in_both_directions() {
        let order = [1, 2, 3, 4, 5];
        let mut selection = Selection::default();
        selection.toggle(4);
        selection.extend(2, &order);
        assert_eq!(of(&selection, &order), [2, 3, 4]);
        selection.extend(5, &order);
        assert_eq!(of(&selection, &order), [2, 3, 4, 5], "the range began at 4");
        selection.toggle(3);
        assert_eq!(of(&selection, &order), [2, 4, 5]);
    }

    #[test]
    fn a_range_without_a_beginning_is_one_row() {
        let mut selection = Selection::default();
        selection.extend(2, &[1, 2, 3]);
        assert_eq!(of(&selection, &[1, 2, 3]), [2]);
    }

    #[test]
    fn all_and_none() {
        let mut selection = Selection::default();
        selection.toggle(2);
        selection.all(&[1, 2]);
        assert_eq!(selection.len(), 2);
        selection.all(&[1, 2]);
        assert!(selection.is_empty());
    }

    #[test]
    fn what_left_the_screen_is_not_selected() {
        let mut selection = Selection::default();
        selection.toggle(1);
        selection.toggle(2);
        selection.keep(&[2, 3]);
        assert_eq!(of(&selection, &[1, 2, 3]), [2]);
    }
}
