import Beehive
import KubeAPI
import MetaServer
import TestKit
import Testing

@testable import MetaManager

/// Writes of the Kubernetes paths: who decides, what the client is told, what goes up.
struct WriteHandlerTests {
    static let stored =
        #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","namespace":"demo","uid":"u1","resourceVersion":"70"},"data":{"v":"a"}}"#
    static let merge = "application/merge-patch+json"
    static let down = "the link to the cloud is down"

    static func offline() -> WriteBench {
        let bench = WriteBench(away: down)
        bench.push("demo/configmap/c", stored)
        return bench
    }

    static func version(_ body: JSONValue) -> String { body["metadata"]?["resourceVersion"]?.text ?? "" }

    @Test("while cut an allowed kind is taken, marked, and visible; the client is warned")
    func takenOffline() async throws {
        let bench = Self.offline()
        let answer = await bench.send(.patch, WriteBench.configMaps, "c", ["data": ["v": "b"]], type: Self.merge)
        #expect(answer.status == 200 && answer.body["data"]?["v"]?.text == "b")
        #expect(answer.body["metadata"]?["annotations"]?["metamanager/pending"]?.text == "update")
        #expect(answer.body["metadata"]?["annotations"]?[ObjectForm.versionAnnotation]?.text == "70")
        #expect(answer.warning?.contains(Self.down) == true)
        let read = try #require(bench.shown(ResourcePath(namespace: "demo", type: .configMap, id: "c")))
        #expect(read.value.says(answer.body), "what was answered is what is read")
        #expect(bench.waiting == ["demo/pendingwrite/configmap.c"] && bench.applications.isEmpty)
        let kept = try #require(bench.text("demo/pendingwrite/configmap.c"))
        #expect(!kept.contains("metamanager/"), "nothing of this program goes up")
    }

    @Test("everything else is refused with the cause, a code and a time to wait")
    func refusedOffline() async {
        let bench = Self.offline()
        let object: JSONValue = ["metadata": ["name": "d"]]
        let answer = await bench.send(.create, WriteBench.deployments, nil, object)
        #expect(answer.status == 503 && answer.body["reason"]?.text == "ServiceUnavailable")
        #expect(answer.body["message"]?.text?.contains(Self.down) == true)
        #expect(answer.body["details"]?["retryAfterSeconds"]?.integer == WritePolicy.retryAfter)
        let apply = await bench.send(
            .patch, WriteBench.configMaps, "c", ["data": [:]], type: "application/apply-patch+yaml")
        #expect(apply.status == 503 && apply.body["message"]?.text?.contains("apply") == true)
        #expect(bench.waiting.isEmpty)
    }

    @Test("a create, an update, a delete and a create again, while cut")
    func lifeOffline() async {
        let bench = WriteBench(away: Self.down)
        let made = await bench.send(
            .create, WriteBench.configMaps, nil, ["metadata": ["name": "n"], "data": ["v": "1"]])
        #expect(made.status == 201 && made.body["metadata"]?["uid"]?.text?.count == 36)
        #expect(made.body["kind"]?.text == "ConfigMap" && made.body["metadata"]?["creationTimestamp"] != nil)
        let again = await bench.send(.create, WriteBench.configMaps, nil, ["metadata": ["name": "n"]])
        #expect(again.status == 409 && again.body["reason"]?.text == "AlreadyExists")
        var object = made.body
        object["data"] = ["v": "2"]
        let updated = await bench.send(.update, WriteBench.configMaps, "n", object)
        #expect(updated.status == 200 && Self.version(updated.body) != Self.version(made.body))
        let late = await bench.send(.update, WriteBench.configMaps, "n", object)
        #expect(late.status == 409 && late.body["reason"]?.text == "Conflict")
        let same = await bench.send(.update, WriteBench.configMaps, "n", updated.body)
        #expect(same.status == 200 && same.body.says(updated.body), "what says the same changes nothing")
        let gone = await bench.send(.delete, WriteBench.configMaps, "n")
        #expect(gone.status == 200 && gone.body["status"]?.text == "Success" && bench.waiting.isEmpty)
        let absent = await bench.send(.delete, WriteBench.configMaps, "n")
        #expect(absent.status == 404)
        let generated = await bench.send(.create, WriteBench.configMaps, nil, ["metadata": ["generateName": "g-"]])
        #expect(generated.body["metadata"]?["name"]?.text?.hasPrefix("g-") == true)
    }

    @Test("a dry run says what would be, and nothing is written")
    func dryRun() async {
        let bench = Self.offline()
        let answer = await bench.send(
            .patch, WriteBench.configMaps, "c", ["data": ["v": "b"]], type: Self.merge, dryRun: true)
        #expect(answer.status == 200 && answer.body["data"]?["v"]?.text == "b" && bench.waiting.isEmpty)
        #expect(await bench.send(.delete, WriteBench.configMaps, "c", dryRun: true).status == 200)
        #expect(bench.waiting.isEmpty && bench.text("demo/configmap/c") != nil)
    }

    @Test("a patch that names no version is tried again when another writer was quicker; one that does is a conflict")
    func race() async {
        for isDemanding in [false, true] {
            let bench = Self.offline()
            let seen = bench.shown(ResourcePath(namespace: "demo", type: .configMap, id: "c"))?.value
            bench.before.withLock {
                $0 = WriteBench.Interloper { bench in
                    bench.push("demo/configmap/c", Self.stored.replacing("\"70\"", "\"71\""))
                }
            }
            var patch: JSONValue = ["data": ["v": "b"]]
            if isDemanding { patch["metadata"] = ["resourceVersion": seen?["metadata"]?["resourceVersion"] ?? .null] }
            let answer = await bench.send(.patch, WriteBench.configMaps, "c", patch, type: Self.merge)
            #expect(answer.status == (isDemanding ? 409 : 200))
            #expect(bench.waiting.isEmpty == isDemanding)
        }
    }

    @Test("online the cloud decides: it gets its own version, and readers see its answer at once")
    func online() async throws {
        let answer = Self.stored.replacing("\"70\"", "\"71\"").replacing("\"a\"", "\"b\"")
        let bench = WriteBench { _ in .approved(Bytes(answer.utf8)) }
        bench.push("demo/configmap/c", Self.stored)
        var object = try #require(bench.shown(ResourcePath(namespace: "demo", type: .configMap, id: "c"))).value
        object["data"] = ["v": "b"]
        let written = await bench.send(.update, WriteBench.configMaps, "c", object)
        #expect(written.status == 200 && written.warning == nil)
        #expect(written.body["metadata"]?["annotations"]?[ObjectForm.versionAnnotation]?.text == "71")
        let sent = try JSONValue(parsing: try #require(bench.applications.first?.body))
        #expect(sent.resourceVersion == "70" && sent["metadata"]?["annotations"] == nil)
        #expect(bench.text("demo/configmap/c")?.contains("\"71\"") == true && bench.waiting.isEmpty)
        let late = await bench.send(.update, WriteBench.configMaps, "c", object)
        #expect(late.status == 409 && bench.applications.count == 1, "an older revision needs no cloud to be refused")
    }

    @Test("the version of a patch is translated, whatever form the patch has")
    func translated() async throws {
        let bench = WriteBench { _ in .rejected(APIFailure(409, reason: "Conflict", "no")) }
        bench.push("demo/configmap/c", Self.stored)
        let seen = Self.version(
            try #require(bench.shown(ResourcePath(namespace: "demo", type: .configMap, id: "c"))).value)
        let version = JSONValue(text: seen)
        let patches: [(String, JSONValue)] = [
            (Self.merge, ["metadata": ["resourceVersion": version, "annotations": ["metamanager/x": "y"]]]),
            ("application/strategic-merge-patch+json", ["metadata": ["resourceVersion": version]]),
            ("application/json-patch+json", [["op": "test", "path": "/metadata/resourceVersion", "value": version]]),
        ]
        for (type, patch) in patches {
            let answer = await bench.send(.patch, WriteBench.configMaps, "c", patch, type: type)
            #expect(answer.status == 409 && answer.body["message"]?.text == "no", "the cloud's own words")
            let options = try JSONValue(parsing: try #require(bench.applications.last).options)
            let data = try JSONValue(parsing: try #require(Base64.decode(Bytes((options["Data"]?.text ?? "").utf8))))
            let text = String(decoding: data.json, as: UTF8.self)
            #expect(text.contains("\"70\"") && !text.contains("metamanager/"), "\(text)")
            #expect(options["PatchType"]?.text == type)
        }
    }

    @Test("a cloud that cannot be asked after all leaves the decision here; of what may be done nobody makes a second")
    func lost() async {
        let down = WriteBench { _ in .unavailable(.linkDown) }
        down.push("demo/configmap/c", Self.stored)
        let taken = await down.send(.patch, WriteBench.configMaps, "c", ["data": ["v": "b"]], type: Self.merge)
        #expect(taken.status == 200 && down.waiting.count == 1)
        let refused = await down.send(.create, WriteBench.deployments, nil, ["metadata": ["name": "d"]])
        #expect(refused.status == 503)
        let cut = WriteBench { _ in .unavailable(.cut) }
        cut.push("demo/configmap/c", Self.stored)
        let unknown = await cut.send(.patch, WriteBench.configMaps, "c", ["data": ["v": "b"]], type: Self.merge)
        #expect(unknown.status == 504 && cut.waiting.isEmpty)
    }

    @Test("what waits is not overtaken: a later write of the object waits as well, though the cloud is back")
    func behind() async {
        let bench = Self.offline()
        _ = await bench.send(.patch, WriteBench.configMaps, "c", ["data": ["v": "b"]], type: Self.merge)
        bench.set(away: nil)
        let answer = await bench.send(.patch, WriteBench.configMaps, "c", ["data": ["v": "c"]], type: Self.merge)
        #expect(answer.status == 200 && answer.warning != nil && bench.applications.isEmpty)
        #expect(bench.waiting.count == 1)
    }

    static func lease(_ holder: String, version: String? = nil) -> JSONValue {
        var metadata: JSONValue = ["name": "l", "namespace": "demo"]
        if let version { metadata["resourceVersion"] = JSONValue(text: version) }
        return [
            "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata,
            "spec": ["holderIdentity": JSONValue(text: holder)],
        ]
    }

    @Test("leader election goes on while cut: one of two candidates wins, and renews")
    func election() async {
        let bench = WriteBench(away: Self.down)
        let made = await bench.send(.create, WriteBench.leases, nil, Self.lease("a"))
        #expect(made.status == 201)
        #expect(await bench.send(.create, WriteBench.leases, nil, Self.lease("b")).status == 409)
        let version = Self.version(made.body)
        async let one = bench.send(.update, WriteBench.leases, "l", Self.lease("a2", version: version))
        async let two = bench.send(.update, WriteBench.leases, "l", Self.lease("b2", version: version))
        let answers = await [one.status, two.status].sorted()
        #expect(answers == [200, 409])
        #expect(await bench.send(.update, WriteBench.leases, "l", Self.lease("c")).status == 422, "no blind update")
        #expect(bench.waiting.count == 1)
    }

    @Test("a lease that another node holds in the cloud cannot be taken while nobody can see whether it is renewed")
    func heldElsewhere() async throws {
        let json = String(decoding: Self.lease("other-node", version: "90").json, as: UTF8.self)
        let bench = WriteBench(away: Self.down)
        bench.push("demo/lease/l", json)
        let version = Self.version(
            try #require(bench.shown(ResourcePath(namespace: "demo", type: .lease, id: "l"))).value)
        let answer = await bench.send(.update, WriteBench.leases, "l", Self.lease("mine", version: version))
        #expect(answer.status == 503 && answer.body["message"]?.text?.contains("other-node") == true)
    }

    @Test("a lease that was renewed through this node goes on here, in other hands too")
    func heldHere() async throws {
        let json = String(decoding: Self.lease("pod-1", version: "90").json, as: UTF8.self)
        let bench = WriteBench { _ in .approved(Bytes(json.utf8)) }
        let made = await bench.send(.create, WriteBench.leases, nil, Self.lease("pod-1"))
        #expect(made.status == 201 && bench.applications.count == 1)
        bench.set(away: Self.down)
        let answer = await bench.send(
            .update, WriteBench.leases, "l", Self.lease("pod-2", version: Self.version(made.body)))
        #expect(answer.status == 200 && bench.waiting == ["demo/pendingwrite/lease.l"])
    }

    @Test("a cloud without the dynamic controller keeps no lease from being renewed")
    func leaseWithoutController() async {
        let bench = WriteBench { _ in .timedOut }
        let made = await bench.send(.create, WriteBench.leases, nil, Self.lease("a"))
        #expect(made.status == 201 && made.warning != nil && bench.waiting.count == 1)
    }

    @Test("a device goes to the twin, with the cloud's version, and never to the cloud")
    func device() async throws {
        let bench = WriteBench { _ in .approved(nil) }
        bench.push(
            "demo/device/t",
            #"{"apiVersion":"devices.kubeedge.io/v1beta1","kind":"Device","metadata":{"name":"t","namespace":"demo","uid":"u","resourceVersion":"5"},"spec":{"a":1}}"#
        )
        let current = try #require(bench.shown(ResourcePath(namespace: "demo", type: .device, id: "t"))).value
        let answer = await bench.send(
            .patch, WriteBench.devices, "t",
            [
                "metadata": ["resourceVersion": current["metadata"]?["resourceVersion"] ?? .null],
                "status": ["on": true],
            ],
            type: Self.merge, subresource: "status")
        #expect(answer.status == 200 && bench.applications.isEmpty && bench.waiting.isEmpty)
        let told = bench.told.withLock { $0 }
        let sent = try JSONValue(parsing: try #require(told.first?.content.json))
        #expect(told.count == 1 && sent.resourceVersion == "5" && sent["status"]?["on"] == true)
        #expect(sent["spec"]?["a"] == 1 && sent["metadata"]?["annotations"] == nil)
    }

    @Test(
        "a body that does not fit its request is refused in Kubernetes' words",
        arguments: [
            (#"{"apiVersion":"v2","metadata":{"name":"c"}}"#, 400, "the API version in the data (v2)"),
            (#"{"kind":"Secret","metadata":{"name":"c"}}"#, 400, "the kind in the data (Secret)"),
            (#"{"metadata":{"name":"other"}}"#, 400, "does not match the name on the URL (c)"),
            (#"{"metadata":{"name":"c","namespace":"elsewhere"}}"#, 400, "the namespace of the provided object"),
            (#"{"metadata":{"name":"c","uid":"u9"}}"#, 409, "Precondition failed: UID in precondition: u9"),
            (#"{"metadata":{"name":"c","resourceVersion":"9999"}}"#, 409, "the object has been modified"),
            (#"{"metadata":{"name":"c","labels":{"a":1}}}"#, 400, "metadata.labels"),
            ("[]", 400, "no object"), ("{", 400, "cannot be read"),
        ])
    func bodies(_ body: String, _ code: Int, _ words: String) async {
        let bench = Self.offline()
        let request = ResourceRequest(
            verb: .update, resource: WriteBench.configMaps.resource, namespace: "demo", name: "c")
        let response = await bench.handler.handle(
            request, kind: WriteBench.configMaps, body: Bytes(body.utf8), contentType: "application/json",
            caller: Caller(name: "tester"))
        guard case .bytes(let bytes) = response.body else { return }
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(response.status == code && text.contains(words), "\(text)")
        #expect(bench.waiting.isEmpty)
    }

    @Test("what clients cannot change stays: uid, creation, and the status of a custom kind behind its own path")
    func kept() async throws {
        let bench = WriteBench(away: Self.down)
        bench.push(
            "demo/gadget/g",
            #"{"apiVersion":"example.org/v1","kind":"Gadget","metadata":{"name":"g","namespace":"demo","uid":"u","creationTimestamp":"2026-01-01T00:00:00Z","resourceVersion":"5","labels":{"l":"1"}},"spec":{"a":1},"status":{"ok":false}}"#
        )
        let status = await bench.send(
            .patch, WriteBench.gadgets, "g",
            ["metadata": ["labels": ["l": "2"]], "spec": ["a": 2], "status": ["ok": true]],
            type: Self.merge, subresource: "status")
        #expect(status.status == 200 && status.body["status"]?["ok"] == true)
        #expect(status.body["spec"]?["a"] == 1 && status.body["metadata"]?["labels"]?["l"]?.text == "1")
        #expect(status.body["metadata"]?["creationTimestamp"]?.text == "2026-01-01T00:00:00Z")
        let spec = await bench.send(.patch, WriteBench.gadgets, "g", ["spec": ["a": 2]], type: Self.merge)
        #expect(spec.status == 503, "of custom kinds only the status is taken while cut")
        let strategic = await bench.send(
            .patch, WriteBench.gadgets, "g", ["spec": ["a": 2]], type: "application/strategic-merge-patch+json")
        #expect(strategic.status == 415)
    }

    @Test("deletecollection means each of them")
    func collection() async {
        let bench = Self.offline()
        bench.push("demo/configmap/d", Self.stored.replacing("\"c\"", "\"d\""))
        let answer = await bench.send(.deletecollection, WriteBench.configMaps)
        #expect(answer.status == 200 && bench.waiting.count == 2)
        #expect(bench.shown(ResourcePath(namespace: "demo", type: .configMap, id: "c")) == nil)
    }
}

extension String {
    /// The text with another in the place of each of its parts.
    fileprivate func replacing(_ part: String, _ other: String) -> String {
        split(separator: part, omittingEmptySubsequences: false).joined(separator: other)
    }
}
