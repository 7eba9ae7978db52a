extension FuzzTarget {
    /// Every target, the quick ones first.
    public static let all: [FuzzTarget] = [
        FuzzTarget("message", maximumBytes: 8192, MessageTarget.check),
        FuzzTarget("socket-framing", maximumBytes: 4096, FramingTarget.check),
        FuzzTarget("websocket", maximumBytes: 8192, WebSocketTarget.check),
        FuzzTarget("resource", maximumBytes: 512, ResourceTarget.check),
        FuzzTarget("json", maximumBytes: 8192, JSONTarget.check),
        FuzzTarget("texts", maximumBytes: 128, TextsTarget.check),
        FuzzTarget("http", maximumBytes: 2048, HTTPTarget.check),
        FuzzTarget("token", maximumBytes: 1024, TokenTarget.check),
        FuzzTarget("pki", maximumBytes: 4096, PKITarget.check),
        FuzzTarget("sealed", maximumBytes: 512, SealedTarget.check),
        FuzzTarget("patch", maximumBytes: 4096, PatchTarget.check),
        FuzzTarget("manifest", maximumBytes: 8192, ManifestTarget.check),
        FuzzTarget("configuration", maximumBytes: 8192, ConfigurationTarget.check),
        FuzzTarget("planner", maximumBytes: 8192, PlannerTarget.check),
        FuzzTarget("replay", maximumBytes: 16384, ReplayTarget.check),
        FuzzTarget("database", maximumBytes: 1024, DatabaseTarget.check),
    ]
}
