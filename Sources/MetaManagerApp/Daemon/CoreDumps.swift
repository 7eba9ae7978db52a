internal import CLinux
internal import Glibc

/// Core files would hold keys and secrets in plain.
enum CoreDumps {
    /// Switches them off for this process; also a debugger of the same user stays outside.
    ///
    /// - Returns: false when the system refuses.
    static func disable() -> Bool {
        var limit = rlimit(rlim_cur: 0, rlim_max: 0)
        // The limit alone does not hold where a program takes the cores.
        let isLimited = setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit) == 0
        return clinux_disable_dumps() == 0 && isLimited
    }
}
