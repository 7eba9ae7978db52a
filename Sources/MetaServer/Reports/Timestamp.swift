internal import Beehive

/// Times as reports show them: RFC 3339 in UTC.
enum Timestamp {
    /// Milliseconds since 1970 as text, such as `2024-05-01T12:00:00.250Z`.
    static func text(_ milliseconds: Int64) -> String {
        let day = floorDivide(milliseconds, 86_400_000)
        let rest = Int(milliseconds - day * 86_400_000)
        let (year, month, date) = civil(day)
        let clock = "\(pad(rest / 3_600_000, 2)):\(pad(rest / 60_000 % 60, 2)):\(pad(rest / 1000 % 60, 2))"
        return "\(pad(year, 4))-\(pad(month, 2))-\(pad(date, 2))T\(clock).\(pad(rest % 1000, 3))Z"
    }

    /// The same as JSON; null for none.
    static func json(_ milliseconds: Int64?) -> JSONValue { milliseconds.map { JSONValue(text: text($0)) } ?? .null }

    /// The date of a day since 1970.
    ///
    /// Counted in years that start in March, whose leap day comes last.
    private static func civil(_ day: Int64) -> (year: Int, month: Int, date: Int) {
        let shifted = day + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = Int(shifted - era * 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let index = (5 * dayOfYear + 2) / 153
        let month = index < 10 ? index + 3 : index - 9
        return (yearOfEra + Int(era) * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * index + 2) / 5 + 1)
    }

    private static func floorDivide(_ value: Int64, _ by: Int64) -> Int64 {
        value >= 0 ? value / by : -((-value + by - 1) / by)
    }

    private static func pad(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
