//! Plots: detection by attacker against false alarms, as SVG. A light card with dark words, so that it reads on a dark
//! page too.

use plotters::coord::Shift;
use plotters::prelude::*;

use crate::attackers::{Attacker, Span};
use crate::dice::real;
use crate::measure::{Measured, reach, share_of};
use crate::report::DEFAULT;
use crate::tally::{Tally, Told};

/// What goes wrong when a plot is drawn: nothing that a person could mend.
type Drawn = Result<(), Box<dyn std::error::Error>>;
type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

const SIZE: (u32, u32) = (1200, 920);
/// Height of the strip below the panels.
const LEGEND: i32 = 104;
const CARD: RGBColor = RGBColor(252, 251, 247);
const INK: RGBColor = RGBColor(38, 42, 48);
const FAINT: RGBColor = RGBColor(225, 223, 215);
const GOAL: RGBColor = RGBColor(196, 229, 208);
const OURS: RGBColor = RGBColor(18, 112, 88);
const FREEMAN: RGBColor = RGBColor(189, 86, 36);
const EXACT: RGBColor = RGBColor(92, 99, 112);
const RANGE: RGBColor = RGBColor(122, 82, 168);

/// Least and most false alarms a household and month that are drawn.
const LEAST: f64 = 0.005;
const MOST: f64 = 200.0;
/// A little above all that can be caught, so that points at the top are whole.
const TOP: f64 = 1.03;

/// One plot: six attackers, over the whole year or while an account is in a span of sign-ins.
pub fn detection(
    measured: &Measured,
    span: Option<Span>,
    has_secrets: bool,
) -> Result<String, Box<dyn std::error::Error>> {
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        root.fill(&CARD)?;
        let title = format!(
            "Caught, against false alarms: {}{}",
            span.map_or("over the year", Span::words),
            if has_secrets { "" } else { ", devices without secrets" }
        );
        let (head, body) = root.margin(22, 12, 24, 24).split_vertically(54);
        head.draw(&Text::new(title, (8, 4), words(27.0)))?;
        let (body, legend) = body.split_vertically(body.dim_in_pixel().1.cast_signed() - LEGEND);
        let panels = body.split_evenly((2, 3));
        for (panel, attacker) in panels.iter().zip(Attacker::ALL) {
            draw_panel(panel, measured, attacker, span, has_secrets)?;
        }
        draw_legend(&legend, measured)?;
        root.present()?;
    }
    Ok(rounded(&svg))
}

fn words(size: f64) -> TextStyle<'static> {
    ("system-ui, -apple-system, Segoe UI, DejaVu Sans, sans-serif", size).into_font().color(&INK)
}

fn draw_panel(
    panel: &Area<'_>,
    measured: &Measured,
    attacker: Attacker,
    span: Option<Span>,
    has_secrets: bool,
) -> Drawn {
    let mut chart = ChartBuilder::on(panel)
        .caption(capital(attacker.words()), words(20.0))
        .margin(8)
        .margin_right(16)
        .x_label_area_size(44)
        .y_label_area_size(58)
        .build_cartesian_2d((LEAST..MOST).log_scale(), 0.0..TOP)?;
    if let Some(goal) = goal(attacker) {
        chart.draw_series([Rectangle::new([(LEAST, goal), (0.3, TOP)], GOAL.filled())])?;
    }
    chart
        .configure_mesh()
        .bold_line_style(FAINT)
        .light_line_style(TRANSPARENT)
        .axis_style(INK.stroke_width(1))
        .x_labels(6)
        .y_labels(6)
        .x_label_formatter(&|x| short(*x))
        .y_label_formatter(&|y| format!("{:.0} %", y * 100.0))
        .label_style(words(14.0))
        .axis_desc_style(words(14.0))
        .x_desc("false alarms a household and month")
        .draw()?;
    let curve = freeman(measured, attacker, span);
    chart.draw_series(LineSeries::new(curve, FREEMAN.stroke_width(3)))?;
    for ((_, tally), color) in measured.seen.iter().zip([EXACT, RANGE]) {
        let at = point(tally, attacker, span);
        if color == EXACT {
            chart.draw_series([TriangleMarker::new(at, 8, color.filled())])?;
        } else {
            chart.draw_series([Cross::new(at, 6, color.stroke_width(3))])?;
        }
    }
    let budgets = measured.ours.iter().filter(|(setting, _)| setting.has_secrets == has_secrets);
    let budgets =
        budgets.map(|(setting, tally)| (setting.budget, point(tally, attacker, span))).collect::<Vec<_>>();
    chart.draw_series(LineSeries::new(budgets.iter().map(|(_, at)| *at), OURS.stroke_width(3)))?;
    for (budget, at) in budgets {
        let is_default = budget == DEFAULT.budget;
        let size = if is_default { 8 } else { 5 };
        chart.draw_series([Circle::new(at, size, OURS.filled())])?;
        if is_default {
            chart.draw_series([Circle::new(at, size, CARD.stroke_width(2))])?;
        }
    }
    Ok(())
}

fn draw_legend(panel: &Area<'_>, measured: &Measured) -> Drawn {
    // Three columns of two.
    let at = |cell: i32| (20 + cell % 3 * 388, 30 + cell / 3 * 46);
    let text = |cell: i32, what: &str, more: &str| -> Drawn {
        let (left, middle) = at(cell);
        panel.draw(&Text::new(what.to_owned(), (left + 54, middle - 11), words(16.0)))?;
        panel.draw(&Text::new(more.to_owned(), (left + 54, middle + 8), words(12.5)))?;
        Ok(())
    };
    let line = |cell: i32, color: RGBColor| {
        let (left, middle) = at(cell);
        panel.draw(&PathElement::new(vec![(left, middle), (left + 38, middle)], color.stroke_width(3)))
    };
    let mark = |cell: i32| (at(cell).0 + 19, at(cell).1);
    line(0, OURS)?;
    panel.draw(&Circle::new(mark(0), 8, OURS.filled()))?;
    panel.draw(&Circle::new(mark(0), 8, CARD.stroke_width(2)))?;
    text(0, "Latchkey", "one point a budget; the large one is the default")?;
    line(1, FREEMAN)?;
    text(1, "Freeman et al. 2016", "published weights, every threshold")?;
    panel.draw(&TriangleMarker::new(mark(2), 8, EXACT.filled()))?;
    text(2, "Exact IP seen before", "the same address, or an alert")?;
    panel.draw(&Cross::new(mark(3), 6, RANGE.stroke_width(3)))?;
    text(3, "/16 and /64 seen before", "the same range, or an alert")?;
    let (left, middle) = at(4);
    panel.draw(&Rectangle::new([(left + 2, middle - 9), (left + 36, middle + 9)], GOAL.filled()))?;
    text(4, "The goal", "at most 0.3 false alarms, nearly all caught")?;
    let plan = &measured.plan;
    let about = format!("Simulated: {} households for a year, seed {}.", plan.households, plan.seed);
    let (left, middle) = at(5);
    panel.draw(&Text::new(about, (left + 2, middle - 9), words(12.5)))?;
    let further = "Further left is quieter, further up catches more.";
    panel.draw(&Text::new(further, (left + 2, middle + 8), words(12.5)))?;
    Ok(())
}

/// The published model at every threshold.
fn freeman(measured: &Measured, attacker: Attacker, span: Option<Span>) -> Vec<(f64, f64)> {
    let scores = &measured.freeman;
    let (tries, months) = match span {
        None => (&scores.even[attacker as usize], measured.months()),
        Some(span) => {
            (&scores.tries[attacker as usize][span as usize], measured.seen[0].1.months[span as usize])
        }
    };
    let mut all = tries.clone();
    all.extend(scores.known.iter().flatten().step_by(200).filter(|score| score.is_finite()));
    all.sort_by(|one, other| other.total_cmp(one));
    let steps = all.iter().step_by((all.len() / 300).max(1));
    let mut curve = steps
        .map(|threshold| {
            let alarms = match span {
                None => scores.false_alarms(*threshold),
                Some(span) => reach(&scores.known[span as usize], *threshold),
            };
            (real(alarms) / months, share_of(tries, *threshold))
        })
        .collect::<Vec<_>>();
    curve.retain(|(alarms, _)| (LEAST..MOST).contains(alarms));
    curve
}

fn point(tally: &Tally, attacker: Attacker, span: Option<Span>) -> (f64, f64) {
    let (told, alarms): (Told, f64) = match span {
        None => (tally.even[attacker as usize], tally.false_alarms()),
        Some(span) => (tally.tries[attacker as usize][span as usize], tally.false_alarms_in(span)),
    };
    (alarms.clamp(LEAST, MOST), told.detected())
}

const fn goal(attacker: Attacker) -> Option<f64> {
    match attacker {
        Attacker::Naive | Attacker::Vpn => Some(0.995),
        Attacker::Targeted | Attacker::Thief => Some(0.99),
        Attacker::VeryTargeted | Attacker::CarefulThief => None,
    }
}

fn short(number: f64) -> String {
    if number >= 1.0 { format!("{number:.0}") } else { format!("{number}") }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// Gives the card round corners, and the picture a size that a page may scale.
fn rounded(svg: &str) -> String {
    let (width, height) = SIZE;
    let square = format!("<rect x=\"0\" y=\"0\" width=\"{width}\" height=\"{height}\" ");
    let round = format!("{square}rx=\"14\" ");
    svg.replacen(&square, &round, 1)
}

#[cfg(test)]
mod tests {
    use latchkey::familiarity::Budget;

    use super::*;
    use crate::measure::{Plan, measure};
    use crate::parameters::MAIN;

    #[test]
    fn a_plot_names_every_attacker_and_every_rule_and_has_no_number_that_is_none() {
        let measured = measure(&Plan {
            name: "small".into(),
            parameters: MAIN,
            seed: 3,
            households: 3,
            before: 1,
            budgets: Budget::ALL.to_vec(),
        });
        for span in [None, Some(Span::Under12)] {
            let svg = detection(&measured, span, true).expect("draws");
            for name in Attacker::ALL.map(|attacker| capital(attacker.words())) {
                assert!(svg.contains(&name), "{name}");
            }
            assert!(svg.contains("Freeman et al. 2016") && svg.contains("rx=\"14\""));
            assert!(!svg.contains("NaN") && !svg.contains("inf"));
        }
    }
}
