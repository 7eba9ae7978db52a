/// The paths of databases.
public enum StorePath {
    /// A database's path with no links in it: its log, its lock and all else stand beside the file itself.
    ///
    /// - Parameter path: the path as somebody gave it; the file need not exist.
    /// - Returns: the same path when it leads nowhere.
    public static func resolved(_ path: String) -> String { DatabaseFile.resolved(path) }
}
