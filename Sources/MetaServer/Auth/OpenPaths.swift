/// The paths that need no token: health, and discovery, which tells no more than which kinds there are.
enum OpenPaths {
    /// Whether a request asks for health or discovery.
    static func isOpen(_ request: APIRequest) -> Bool {
        guard request.method == "GET" || request.method == "HEAD" else { return false }
        return isOpen(request.target.segments)
    }

    /// By unescaped parts, so that an escaped slash does not make one path look like another.
    static func isOpen(_ segments: [String]) -> Bool {
        guard segments.allSatisfy({ !$0.contains("/") }) else { return false }
        switch segments.first {
        case "healthz", "livez", "readyz", "version": return segments.count == 1
        case "openapi": return segments.count >= 2 && ["v2", "v3"].contains(segments[1])
        // `/api/v1` and `/apis/apps/v1` list kinds; what is longer lists objects.
        case "api": return segments.count <= 2
        case "apis": return segments.count <= 3
        default: return false
        }
    }
}
