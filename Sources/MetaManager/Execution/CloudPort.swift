/// What takes frames for the cloud: EdgeHub, or a counting cloud in a bench.
public protocol CloudPort: Sendable {
    /// Takes frames in order, without blocking; what cannot be sent because the link is down is dropped, since the
    /// loop is told of every cut and keeps what has to be sent again.
    ///
    /// - Parameter frames: one or more.
    func send(_ frames: [CloudFrame])
}

/// No cloud at all (`edgehub.controller.protocol: none`).
public struct NoCloud: CloudPort {
    /// Makes a port that drops everything.
    public init() {}

    /// Drops the frames: without a link the planner makes none but answers to nobody.
    public func send(_ frames: [CloudFrame]) {}
}
