/// A moment as headers write it: `Sat, 21 Nov 2026 22:03:47 GMT`.
enum HTTPDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Writes a moment, cut to seconds.
    ///
    /// - Parameter wall: milliseconds since 1970; what is before that counts as 1970.
    /// - Returns: the text.
    static func text(_ wall: Int64) -> String {
        let seconds = max(0, wall / 1000)
        let (days, rest) = (seconds / 86_400, seconds % 86_400)
        // Years that begin in March: the day that only some have is then the last one.
        let shifted = days + 719_468
        let era = shifted / 146_097
        let ofEra = shifted % 146_097
        let year = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * year + year / 4 - year / 100)
        let march = (5 * ofYear + 2) / 153
        let day = ofYear - (153 * march + 2) / 5 + 1
        let month = march < 10 ? march + 3 : march - 9
        let full = year + era * 400 + (month <= 2 ? 1 : 0)
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(Self.days[Int(days % 7)]), \(two(day)) \(months[Int(month - 1)]) \(full) "
            + "\(two(rest / 3600)):\(two(rest / 60 % 60)):\(two(rest % 60)) GMT"
    }
}
