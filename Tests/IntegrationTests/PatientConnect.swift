import Beehive
import BeehiveSocket
import NIOCore

extension BeehiveModuleClient {
    /// Attaches; a test's own process may starve for longer than the daemon waits for an attach, and then tries again.
    ///
    /// - Parameters:
    ///   - path: the socket.
    ///   - name: the module's name.
    ///   - group: the group it belongs to.
    ///   - release: the KubeEdge release whose forms it expects.
    ///   - eventLoopGroup: whose event loops are used.
    ///   - options: bounds and times.
    /// - Returns: the attached module.
    /// - Throws: what the last try throws.
    static func patient(
        path: String, name: ModuleName, group: ModuleGroup? = nil, release: String = "",
        on eventLoopGroup: any EventLoopGroup, options: Options = Options()
    ) async throws -> BeehiveModuleClient {
        for _ in 0..<5 {
            do {
                return try await connect(
                    path: path, name: name, group: group, release: release, on: eventLoopGroup, options: options)
            } catch let error as ModuleClientError where error.description.contains("no module attached within") {
                continue
            }
        }
        return try await connect(
            path: path, name: name, group: group, release: release, on: eventLoopGroup, options: options)
    }
}
