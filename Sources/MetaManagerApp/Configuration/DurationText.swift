/// Durations as people write them: `60`, `24h`, `7d`, `500ms`, `1h30m`.
public enum DurationText {
    private static let units: [(suffix: String, milliseconds: Int)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    /// Reads a duration; a number without unit is seconds.
    ///
    /// - Parameter text: the text.
    /// - Returns: the duration, or nil when the text is none.
    public static func parse(_ text: String) -> Duration? {
        var rest = text[...]
        var total = 0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(digits.count)
            let suffix = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(suffix.count)
            // Bare seconds only when they are all there is: `1h30` leaves open what 30 means.
            let bare = suffix.isEmpty && digits.count == text.count
            guard let unit = bare ? 1000 : units.first(where: { $0.suffix == suffix })?.milliseconds,
                digits.utf8.first.map({ (48...57).contains($0) }) == true, let number = Double(digits),
                number * Double(unit) < 1e15
            else { return nil }
            total += Int((number * Double(unit)).rounded())
            // Many parts are no longer than one may be.
            guard total < 1_000_000_000_000_000 else { return nil }
        }
        return .milliseconds(total)
    }

    /// Writes a duration in its largest whole unit.
    ///
    /// - Parameter duration: the duration.
    /// - Returns: such as `60s`, `24h`, `1500ms`.
    public static func print(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
        guard milliseconds != 0 else { return "0s" }
        for unit in units where milliseconds % unit.milliseconds == 0 {
            // One minute and one day are 60s and 24h to most: as they stand in the reference.
            if milliseconds == unit.milliseconds, unit.suffix == "m" || unit.suffix == "d" { continue }
            return "\(milliseconds / unit.milliseconds)\(unit.suffix)"
        }
        return "\(milliseconds)ms"
    }
}

/// Sizes as people write them: `256MiB`, `16Mi`, `1000`.
public enum SizeText {
    private static let units: [(suffix: String, bytes: Int)] = [
        ("gi", 1 << 30), ("mi", 1 << 20), ("ki", 1 << 10), ("g", 1_000_000_000), ("m", 1_000_000), ("k", 1000),
    ]

    /// Reads a size.
    ///
    /// - Parameter text: the text.
    /// - Returns: the bytes, or nil when the text is no size.
    public static func parse(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits) else { return nil }
        var suffix = text.dropFirst(digits.count).lowercased()
        if suffix.hasPrefix(" ") { suffix.removeFirst() }
        if suffix.hasSuffix("b") { suffix.removeLast() }
        if suffix.isEmpty { return number }
        guard let unit = units.first(where: { $0.suffix == suffix }) else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: unit.bytes)
        return overflow ? nil : bytes
    }

    /// Writes a size in its largest whole power of 1024.
    ///
    /// - Parameter bytes: the size.
    /// - Returns: such as `256MiB`.
    public static func print(_ bytes: Int) -> String {
        for (suffix, unit) in [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]
        where bytes != 0 && bytes % unit == 0 {
            return "\(bytes / unit)\(suffix)"
        }
        return "\(bytes)"
    }
}
