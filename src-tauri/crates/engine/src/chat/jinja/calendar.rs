//! The moment of a rendering, and how templates write it.

use super::budget::Budget;
use super::fault::Result;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// Local time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) year: i32,
    /// From 1.
    pub(crate) month: u32,
    /// From 1.
    pub(crate) day: u32,
    pub(crate) hour: u32,
    pub(crate) minute: u32,
    pub(crate) second: u32,
}

impl Moment {
    /// As `strftime` does with English names; Python's local times have no zone.
    pub(super) fn format(&self, format: &str, budget: &mut Budget) -> Result<String> {
        let mut written = String::new();
        let mut rest = format.chars();
        while let Some(char) = rest.next() {
            budget.step()?;
            let mut directive = rest.clone();
            let kind = directive.next().filter(|_| char == '%');
            // `-`: a number without zeros before it.
            let bare = kind == Some('-');
            let kind = if bare { directive.next() } else { kind };
            let text = kind.and_then(|kind| self.directive(kind));
            match text {
                Some(text) => {
                    let shown = if bare { text.trim_start_matches([' ', '0']) } else { &text };
                    written.push_str(if shown.is_empty() && bare { "0" } else { shown });
                    rest = directive;
                }
                None => written.push(char),
            }
        }
        Ok(written)
    }

    fn directive(&self, kind: char) -> Option<String> {
        let (year, day_of_year, weekday) = (self.year, self.day_of_year(), self.weekday());
        let hour = (self.hour % 12 + 11) % 12 + 1;
        Some(match kind {
            'a' => self.weekday_name().chars().take(3).collect(),
            'A' => self.weekday_name().to_owned(),
            'b' | 'h' => self.month_name().chars().take(3).collect(),
            'B' => self.month_name().to_owned(),
            'd' => format!("{:02}", self.day),
            'e' => format!("{:2}", self.day),
            'f' => "000000".to_owned(),
            'H' => format!("{:02}", self.hour),
            'I' => format!("{hour:02}"),
            'j' => format!("{day_of_year:03}"),
            'm' => format!("{:02}", self.month),
            'M' => format!("{:02}", self.minute),
            'p' => if self.hour < 12 { "AM" } else { "PM" }.to_owned(),
            'S' => format!("{:02}", self.second),
            'u' => ((weekday + 6) % 7 + 1).to_string(),
            'U' => format!("{:02}", (day_of_year + 6 - weekday) / 7),
            'w' => weekday.to_string(),
            'W' => format!("{:02}", (day_of_year + 6 - (weekday + 6) % 7) / 7),
            'y' => format!("{:02}", year.rem_euclid(100)),
            'Y' => year.to_string(),
            'z' | 'Z' => String::new(),
            '%' => "%".to_owned(),
            _ => return self.compound(kind),
        })
    }

    /// Directives that stand for several.
    fn compound(&self, kind: char) -> Option<String> {
        let format = match kind {
            'c' => "%a %b %e %H:%M:%S %Y",
            'D' | 'x' => "%m/%d/%y",
            'F' => "%Y-%m-%d",
            'r' => "%I:%M:%S %p",
            'R' => "%H:%M",
            'T' | 'X' => "%H:%M:%S",
            _ => return None,
        };
        self.format(format, &mut Budget::unlimited()).ok()
    }

    fn month_name(&self) -> &'static str {
        MONTHS.get(self.month.wrapping_sub(1) as usize).copied().unwrap_or("?")
    }

    fn weekday_name(&self) -> &'static str {
        WEEKDAYS.get(self.weekday() as usize).copied().unwrap_or("?")
    }

    fn is_leap_year(&self) -> bool {
        self.year % 4 == 0 && self.year % 100 != 0 || self.year % 400 == 0
    }

    /// From 1.
    fn day_of_year(&self) -> u32 {
        let before: [u32; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
        let month = before.get(self.month.wrapping_sub(1) as usize).copied().unwrap_or(0);
        let leap_day = u32::from(self.month > 2 && self.is_leap_year());
        month + self.day.min(31) + leap_day
    }

    /// From 0, which is Sunday.
    fn weekday(&self) -> u32 {
        let years = i64::from(self.year) - 1;
        let leap_days = years.div_euclid(4) - years.div_euclid(100) + years.div_euclid(400);
        (years + leap_days + i64::from(self.day_of_year())).rem_euclid(7) as u32
    }
}
