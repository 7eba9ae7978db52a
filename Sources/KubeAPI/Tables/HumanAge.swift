import Beehive

/// How long ago, in the short form of kubectl's tables.
enum HumanAge {
    /// The time since a timestamp.
    ///
    /// - Parameters:
    ///   - timestamp: as objects carry it.
    ///   - now: milliseconds since 1970.
    /// - Returns: such as `5d3h`; `<unknown>` when there is none.
    static func since(_ timestamp: ObjectView, now: Int64) -> String {
        guard !timestamp.text.isEmpty else { return "<unknown>" }
        guard let start = KubernetesTimestamp.milliseconds(timestamp.text) else { return "<invalid>" }
        return text(milliseconds: now - start)
    }

    /// A span of time: the longer it is, the coarser it is told.
    static func text(milliseconds: Int64) -> String {
        let seconds = milliseconds / 1000
        // Two clocks may differ by a little.
        if seconds < -1 { return "<invalid>" }
        if seconds < 120 { return "\(max(seconds, 0))s" }
        let (minutes, hours) = (seconds / 60, seconds / 3600)
        let days = hours / 24
        return switch true {
        case minutes < 10: pair(minutes, "m", seconds % 60, "s")
        case minutes < 180: "\(minutes)m"
        case hours < 8: pair(hours, "h", minutes % 60, "m")
        case hours < 48: "\(hours)h"
        case days < 8: pair(days, "d", hours % 24, "h")
        case days < 730: "\(days)d"
        case days < 2920: pair(days / 365, "y", days % 365, "d")
        default: "\(days / 365)y"
        }
    }

    private static func pair(_ large: Int64, _ unit: String, _ small: Int64, _ smallUnit: String) -> String {
        small == 0 ? "\(large)\(unit)" : "\(large)\(unit)\(small)\(smallUnit)"
    }
}
