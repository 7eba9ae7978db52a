import Beehive
import Glibc
import KubeAPI
import Logging
import MetaManager
import MetaStore
import TestKit
import Testing

@testable import MetaServer

/// What nobody here knows is not said to be absent.
@Suite("What is unknown")
struct UnknownTests {
    /// Asks a node whose cloud cannot be asked.
    private static func ask(
        _ target: String, noController: String? = nil, stored: [String] = [], accept: String = "application/json"
    ) async throws -> (status: Int, body: JSONValue, warning: String?) {
        let world = try WatchedStore(seed: 1)
        defer { world.remove() }
        try world.store.transaction(writing: true) { view throws(StoreError) in
            for key in stored {
                guard let path = try? ResourcePath(parsing: key) else { continue }
                let value =
                    #"{"apiVersion":"v1","kind":"Service","metadata":{"name":"\#(path.id)","namespace":"demo"}}"#
                let object = NewObject(
                    path: path, value: Bytes(value.utf8), apiVersion: "v1", kind: "Service", origin: .delivered)
                try view.apply(.put(object, replacing: nil), now: 1)
            }
        }
        let bus = ModuleBus(
            intake: FakeIntake(), owed: { RelistTypes.of($0) },
            relist: { RelistTypes.frame(for: $0, types: $1, id: "relist", at: SystemTime().now()) })
        var context = world.context
        context.applications = CloudApplications(
            bus: bus, node: "edge", timeout: .seconds(10), noController: noController, isLinkUp: { false },
            heard: { 0 }, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        var request = APIRequest(
            method: "GET", target: try #require(RequestTarget(target)), headers: [("Accept", accept)])
        request.access = .everything
        let response = await KubeRoutes(context: context).respond(to: request)
        let warning = response.headers.first { $0.name == "Warning" }?.value
        guard case .bytes(let bytes) = response.body else { return (response.status, .null, warning) }
        return (response.status, try JSONValue(parsing: bytes), warning)
    }

    @Test(
        "an object of a kind that was never asked for is unknown, not absent",
        arguments: [
            "/apis/policy/v1/namespaces/demo/poddisruptionbudgets/gw", "/api/v1/namespaces/demo/services/x",
            "/apis/policy/v1/poddisruptionbudgets", "/api/v1/services", "/api/v1/services?watch=1",
            "/api/v1/namespaces/demo/services?watch=1&resourceVersion=0",
        ])
    func unknown(target: String) async throws {
        let answer = try await Self.ask(target)
        #expect(answer.status == 503)
        #expect(answer.body["reason"] == "ServiceUnavailable")
        let message = answer.body["message"]?.text ?? ""
        #expect(message.contains("not known on this node") && message.contains("could not be asked"), "\(message)")
    }

    @Test(
        "what a cloud brings by itself, and what this node decides about, is absent when it is not here",
        arguments: [
            "/api/v1/namespaces/demo/pods/x", "/api/v1/namespaces/demo/configmaps/x",
            "/api/v1/namespaces/demo/secrets/x",
            "/api/v1/nodes/x", "/apis/coordination.k8s.io/v1/namespaces/demo/leases/x",
            "/api/v1/namespaces/demo/events/x",
        ])
    func absent(target: String) async throws {
        #expect(try await Self.ask(target).status == 404)
    }

    @Test("where there never is a cloud to ask the store is the whole truth")
    func alone() async throws {
        let cause = "edgehub.controller.protocol is directory, which has none"
        #expect(try await Self.ask("/api/v1/namespaces/demo/services/x", noController: cause).status == 404)
        let list = try await Self.ask("/api/v1/services", noController: cause)
        #expect(list.status == 200 && list.body["items"]?.elements.isEmpty == true && list.warning == nil)
    }

    @Test("a list of what was sent without having been asked for says that there may be more")
    func part() async throws {
        let list = try await Self.ask("/api/v1/services", stored: ["demo/service/a"])
        #expect(list.status == 200 && list.body["items"]?.elements.count == 1)
        #expect(list.warning?.hasPrefix("299 - \"shown is what this node was sent") == true)
        let one = try await Self.ask("/api/v1/namespaces/demo/services/a", stored: ["demo/service/a"])
        #expect(one.status == 200 && one.warning == nil)
        let other = try await Self.ask("/api/v1/namespaces/demo/services/b", stored: ["demo/service/a"])
        #expect(other.status == 503)
        let maps = try await Self.ask("/api/v1/configmaps")
        #expect(maps.status == 200 && maps.warning != nil)
        let pods = try await Self.ask("/api/v1/pods")
        #expect(pods.status == 200 && pods.warning == nil)
    }
}
