internal import Beehive

/// What `/version` says while the cloud's own answer is not known.
enum ProgramVersion {
    /// The Kubernetes release whose kinds the table has, marked as this program's.
    static let text = "v1.32.0+metamanager"

    /// The `Info` document.
    static let info: JSONValue = [
        "major": "1", "minor": "32", "gitVersion": JSONValue(text: text), "gitCommit": "", "gitTreeState": "clean",
        "buildDate": "1970-01-01T00:00:00Z", "goVersion": "", "compiler": "swiftc",
        "platform": JSONValue(text: "linux/\(architecture)"),
    ]

    private static var architecture: String {
        #if arch(x86_64)
            "amd64"
        #elseif arch(arm64)
            "arm64"
        #elseif arch(arm)
            "arm"
        #else
            "unknown"
        #endif
    }
}
