/// Kubernetes' times: RFC 3339 in UTC, to the second.
public enum KubernetesTimestamp {
    /// Milliseconds since 1970; nil when the text is no such time.
    ///
    /// - Parameter text: such as `2026-11-21T03:28:30Z`.
    /// - Returns: the time.
    public static func milliseconds(_ text: String) -> Int64? {
        let digits = text.utf8.split { !(48...57).contains($0) }.compactMap {
            Int64(String(decoding: $0, as: UTF8.self))
        }
        // A peer's text: a year of many digits must not overflow what follows.
        guard digits.count >= 6, text.hasSuffix("Z"), (1...9999).contains(digits[0]), (1...12).contains(digits[1]),
            (1...31).contains(digits[2]), (0..<24).contains(digits[3]), (0..<60).contains(digits[4]),
            (0...60).contains(digits[5])
        else { return nil }
        // Days from a civil date: years start in March, so that the leap day is the last.
        let year = digits[1] <= 2 ? digits[0] - 1 : digits[0]
        let era = year / 400
        let yearOfEra = year - era * 400
        let month = (digits[1] + 9) % 12
        let dayOfYear = (153 * month + 2) / 5 + digits[2] - 1
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        return ((days * 24 + digits[3]) * 60 + digits[4]) * 60_000 + digits[5] * 1000
    }

    /// The text of a time.
    ///
    /// - Parameters:
    ///   - milliseconds: since 1970; may be negative.
    ///   - isExact: whether the milliseconds are shown too.
    /// - Returns: such as `2026-11-21T03:28:30Z`, or `2026-11-21T03:28:30.250Z`.
    public static func text(_ milliseconds: Int64, isExact: Bool = false) -> String {
        let seconds = floorDivide(milliseconds, by: 1000)
        let days = floorDivide(seconds, by: 86_400)
        let ofDay = seconds - days * 86_400
        let (year, month, day) = civil(days)
        func padded(_ number: Int64, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let clock = [ofDay / 3600, ofDay / 60 % 60, ofDay % 60].map { padded($0, 2) }.joined(separator: ":")
        let fraction = isExact ? "." + padded(milliseconds - seconds * 1000, 3) : ""
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(clock)\(fraction)Z"
    }

    /// The date of a day since 1970, counted in years that start in March, whose leap day comes last.
    private static func civil(_ day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = day + 719_468
        let era = floorDivide(shifted, by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let index = (5 * dayOfYear + 2) / 153
        let month = index < 10 ? index + 3 : index - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * index + 2) / 5 + 1)
    }

    private static func floorDivide(_ value: Int64, by divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor)
    }
}
