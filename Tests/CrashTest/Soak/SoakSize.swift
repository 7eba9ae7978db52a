/// How large a soak is, and how its times follow from its length.
struct SoakSize: Sendable, CustomStringConvertible {
    /// The length of the run behind the storing of the objects.
    var minutes: Double
    var objects: Int
    var modules: Int
    var watchers: Int
    /// Changes of the cloud a second.
    var rate: Int

    var description: String {
        let time = minutes.rounded() == minutes ? "\(Int(minutes))" : "\(minutes)"
        return "\(time) min, \(objects) objects, \(modules) modules, \(watchers) watchers, \(rate) changes/s"
    }

    var seconds: Double { minutes * 60 }

    /// What is not judged: caches and mailboxes fill.
    ///
    /// Ten minutes of an hour; a short run needs more of its time.
    var warmUp: Double { max(seconds / 6, min(30, seconds / 2)) }

    /// The judged rest is cut into five windows; the last is held against the first.
    var window: Double { (seconds - warmUp) / 5 }

    /// Ten seconds in an hour; a short run needs samples too.
    var sampling: Double { min(10, max(0.5, seconds / 120)) }

    /// How much larger the last window may be.
    ///
    /// In minutes nothing has settled yet: the short form finds coarse leaks.
    var tolerance: Double { minutes < 10 ? 0.60 : 0.10 }

    /// How long a module or a watcher stays, at most.
    var longestStay: Double { min(60, max(4, seconds / 15)) }
}
