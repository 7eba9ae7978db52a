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
        guard digits.count >= 6, text.hasSuffix("Z"), (1...12).contains(digits[1]), (1...31).contains(digits[2]) else {
            return nil
        }
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
    /// - Parameter milliseconds: since 1970.
    /// - Returns: such as `2026-11-21T03:28:30Z`.
    public static func text(_ milliseconds: Int64) -> String {
        let seconds = milliseconds / 1000
        let days = seconds / 86_400 + 719_468
        let era = days / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthIndex + 2) / 5 + 1
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let clock = [seconds % 86_400 / 3600, seconds % 3600 / 60, seconds % 60].map(two).joined(separator: ":")
        return "\(year)-\(two(month))-\(two(day))T\(clock)Z"
    }
}
