/// What one window of a load showed.
struct WindowFigures: Sendable {
    var latencies: [UInt64] = []
    var taken: UInt64 = 0
    /// Processor time of the daemon and of the generator, in nanoseconds.
    var cpu: UInt64 = 0
    var ownCPU: UInt64 = 0
    /// The daemon's resident memory after it, in KiB.
    var resident = 0
    var missing = 0
    var wrong = 0
    var firstWrong: String?

    /// Messages a second.
    var rate: Double { Double(latencies.count) * 1e9 / Double(max(1, taken)) }
}

/// How windows of one load compare; pure.
enum LoadFigures {
    /// Memory may be so much greater after the last window than after the second: the first one fills caches.
    static let mostGrowth = 0.15

    /// How much memory grew from the second window's end to the last one's.
    ///
    /// - Parameter resident: memory after each window.
    /// - Returns: the growth as a part; nil for less than three windows.
    static func growth(_ resident: [Int]) -> Double? {
        guard resident.count >= 3, resident[1] > 0 else { return nil }
        return Double(resident[resident.count - 1]) / Double(resident[1]) - 1
    }

    /// What is wrong with a load.
    ///
    /// - Parameters:
    ///   - windows: its windows, in order.
    ///   - isGrowthJudged: whether memory has to be flat.
    /// - Returns: a line for each fault.
    static func faults(_ windows: [WindowFigures], isGrowthJudged: Bool) -> [String] {
        var faults: [String] = []
        let missing = windows.reduce(0) { $0 + $1.missing }
        if missing > 0 { faults.append("\(missing) messages were not answered") }
        let wrong = windows.reduce(0) { $0 + $1.wrong }
        if wrong > 0 {
            let first = windows.lazy.compactMap(\.firstWrong).first ?? ""
            faults.append("\(wrong) answers were wrong, the first: \(first)")
        }
        if isGrowthJudged {
            guard let growth = growth(windows.map(\.resident)) else {
                return faults + ["memory cannot be judged by less than three windows"]
            }
            if growth > mostGrowth {
                faults.append("memory grew by \((growth * 1000).rounded() / 10) % from the second window to the last")
            }
        }
        return faults
    }
}
