/// What this build is called.
public enum Release {
    /// The version, as `metamanager version` tells it.
    public static let version = "0.1.0"
}
