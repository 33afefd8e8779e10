//! Created against resolved: means, scale and the one sentence.

use super::daily::Day;

/// Days over which the mean is taken.
const WINDOW: usize = 7;

/// The mean of each day and the six before it, as far as they are known.
#[must_use]
pub fn means(values: &[i64]) -> Vec<f64> {
    (0..values.len())
        .map(|at| {
            let from = (at + 1).saturating_sub(WINDOW);
            mean(values.get(from..=at).unwrap_or_default())
        })
        .collect()
}

/// The mean; 0 of nothing.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts of a day fit 53 bits")]
pub fn mean(values: &[i64]) -> f64 {
    let sum: i64 = values.iter().sum();
    sum as f64 / values.len().max(1) as f64
}

/// Round ticks from 0 to above the largest value: at most four steps.
#[must_use]
pub fn ticks(largest: i64) -> Vec<i64> {
    let steps = [1, 2, 5];
    let step = (0..18)
        .flat_map(|power| steps.map(|step| step * 10_i64.pow(power)))
        .find(|step| step * 4 >= largest)
        .unwrap_or(1);
    let count = (largest + step - 1) / step;
    (0..=count.max(1)).map(|n| n * step).collect()
}

/// What the chart says, in one sentence for people.
#[must_use]
pub fn sentence(days: &[Day]) -> String {
    let created: Vec<i64> = days.iter().map(|day| day.created).collect();
    let resolved: Vec<i64> = days.iter().map(|day| day.resolved).collect();
    let (came, went) = (mean(&created), mean(&resolved));
    let growth = created.iter().sum::<i64>() - resolved.iter().sum::<i64>();
    let numbers = format!("{came:.1} against {went:.1} a day");
    if created.iter().all(|n| *n == 0) && resolved.iter().all(|n| *n == 0) {
        return format!(
            "Nothing came in and nothing was closed in the last {} days.",
            days.len()
        );
    }
    let words = match growth {
        0 => return format!("As much is closed as comes in: {numbers}."),
        n if n > 0 && came < went * 1.15 => "Slightly more comes in than is closed",
        n if n > 0 => "More comes in than is closed",
        _ if went < came * 1.15 => "Slightly more is closed than comes in",
        _ => "More is closed than comes in",
    };
    let verb = if growth > 0 { "grew" } else { "shrank" };
    format!(
        "{words}: {numbers}. Open issues {verb} by {}.",
        growth.abs()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    fn days(pairs: &[(i64, i64)]) -> Vec<Day> {
        let first = NaiveDate::from_ymd_opt(2026, 11, 1).unwrap();
        first
            .iter_days()
            .zip(pairs)
            .map(|(day, (created, resolved))| Day {
                day,
                created: *created,
                resolved: *resolved,
            })
            .collect()
    }

    #[test]
    fn a_mean_looks_back_a_week() {
        let found = means(&[7, 0, 0, 0, 0, 0, 0, 0]);
        assert!((found[0] - 7.0).abs() < 1e-9);
        assert!((found[6] - 1.0).abs() < 1e-9);
        assert!(found[7].abs() < 1e-9);
        assert!(means(&[]).is_empty());
    }

    #[test]
    fn ticks_are_round_and_cover_the_largest() {
        assert_eq!(ticks(0), [0, 1]);
        assert_eq!(ticks(3), [0, 1, 2, 3]);
        assert_eq!(ticks(10), [0, 5, 10]);
        assert_eq!(ticks(17), [0, 5, 10, 15, 20]);
        assert_eq!(ticks(130), [0, 50, 100, 150]);
    }

    #[test]
    fn the_sentence_says_what_the_lines_mean() {
        assert_eq!(
            sentence(&days(&[(0, 0), (0, 0)])),
            "Nothing came in and nothing was closed in the last 2 days."
        );
        assert_eq!(
            sentence(&days(&[(2, 1), (0, 1)])),
            "As much is closed as comes in: 1.0 against 1.0 a day."
        );
        assert_eq!(
            sentence(&days(&[(10, 10), (11, 10)])),
            "Slightly more comes in than is closed: 10.5 against 10.0 a day. Open issues grew by 1."
        );
        assert_eq!(
            sentence(&days(&[(1, 5), (2, 5)])),
            "More is closed than comes in: 1.5 against 5.0 a day. Open issues shrank by 7."
        );
    }
}
