/// Counts of values in fixed buckets, as Prometheus shows them.
public struct Histogram: Sendable {
    /// The upper bounds of the buckets, ascending; values above the last count in an open bucket.
    public let bounds: [Double]
    /// How many values fell into each bucket; one more than bounds.
    public private(set) var counts: [UInt64]
    /// The sum of all values.
    public private(set) var sum = 0.0

    /// Makes an empty histogram.
    ///
    /// - Parameter bounds: the upper bounds of the buckets, ascending.
    public init(bounds: [Double]) {
        self.bounds = bounds
        counts = [UInt64](repeating: 0, count: bounds.count + 1)
    }

    /// Buckets for durations from 50 µs to 10 s, in seconds.
    public static var seconds: Histogram {
        Histogram(bounds: [0.000_05, 0.000_2, 0.001, 0.005, 0.02, 0.1, 0.5, 2, 10])
    }

    /// Buckets for counts from 1 to 1,024.
    public static var sizes: Histogram { Histogram(bounds: [1, 4, 16, 64, 256, 1024]) }

    /// Counts a value.
    ///
    /// - Parameters:
    ///   - value: the value.
    ///   - times: how often.
    public mutating func record(_ value: Double, times: UInt64 = 1) {
        var place = 0
        while place < bounds.count, value > bounds[place] { place += 1 }
        counts[place] += times
        sum += value * Double(times)
    }
}
