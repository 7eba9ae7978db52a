import Beehive
import MetaStore
import TestKit
import Testing

@testable import MetaManager

/// Queries and remote requests (`messages.md`, sections 4 and 5).
struct QueryTests {
    static let remote = [
        "configmap", "secret", "persistentvolume", "persistentvolumeclaim", "volumeattachment", "node", "endpoints",
        "lease", "certificatesigningrequest",
    ]

    static func only(_ plan: Plan) -> Message? {
        #expect(plan.deliveries.count == 1)
        return plan.deliveries.first?.message
    }

    @Test("without an id: always from the store", arguments: remote)
    func list(type: String) {
        var bench = PlanBench()
        bench.connect()
        let plan = bench.local(.query, "demo/\(type)")
        #expect(plan.cloud.isEmpty && Self.only(plan)?.json == "[]")
    }

    @Test("a list covers all namespaces, each value a JSON string")
    func allNamespaces() {
        var bench = PlanBench()
        bench.cloud(.insert, "a/pod/x", #"{"metadata":{"name":"x"},"t":"\""}"#)
        bench.cloud(.insert, "b/pod/y", #"{"metadata":{"name":"y"}}"#)
        bench.wait(.seconds(3))
        let answer = Self.only(bench.local(.query, "default/pod"))
        #expect(
            answer?.json
                == #"["{\"metadata\":{\"name\":\"x\"},\"t\":\"\\\"\"}","{\"metadata\":{\"name\":\"y\"}}"]"#)
        #expect(answer?.route.operation == .response && answer?.header.parentID == bench.lastID)
        #expect(answer?.header.extras.map(\.name) == ["origin", "age"])
        #expect(answer?.header.extras.map { String(decoding: $0.json, as: UTF8.self) } == [#""store""#, "3"])
    }

    struct Rule: CustomTestStringConvertible, Sendable {
        let type: String
        var isClassic = false
        let asks: Bool
        var testDescription: String { "\(type), \(isClassic ? "1.2" : "1.23"): \(asks ? "asks" : "from the store")" }
    }

    static let stored = [
        Rule(type: "configmap", asks: false), Rule(type: "secret", asks: false),
        Rule(type: "persistentvolume", asks: false), Rule(type: "persistentvolumeclaim", asks: false),
        Rule(type: "endpoints", asks: false), Rule(type: "node", asks: false),
        Rule(type: "node", isClassic: true, asks: true), Rule(type: "volumeattachment", asks: true),
        Rule(type: "lease", asks: true), Rule(type: "certificatesigningrequest", asks: true),
        Rule(type: "pod", asks: false), Rule(type: "service", asks: false),
    ]

    @Test("link up, stored, by id", arguments: stored)
    func storedByID(row: Rule) {
        var bench = PlanBench()
        bench.connect()
        bench.cloud(.insert, "demo/\(row.type)/x", Sample.object("x", version: 3))
        let plan = bench.local(
            .query, "demo/\(row.type)/x", module: row.isClassic ? PlanBench.classicEdged : PlanBench.edged)
        #expect(plan.cloud.count == (row.asks ? 1 : 0) && plan.deliveries.count == (row.asks ? 0 : 1))
    }

    @Test("link up, not stored, by id: asked; link down: from the store", arguments: remote)
    func absentByID(type: String) {
        var bench = PlanBench()
        let down = bench.local(.query, "demo/\(type)/x")
        #expect(down.cloud.isEmpty)
        let isObject = ["configmap", "secret", "lease"].contains(type)
        #expect(Self.only(down)?.route.operation == (isObject ? .error : .response))
        if !isObject { #expect(Self.only(down)?.json == "[]") }
        let classic = bench.local(.query, "demo/\(type)/x", module: PlanBench.classicEdged)
        #expect(Self.only(classic)?.json == "[]")
        bench.connect()
        let up = bench.local(.query, "demo/\(type)/x")
        #expect(up.cloud.count == 1 && up.deliveries.isEmpty)
    }

    @Test(
        "the forms of an answer by id, by release",
        arguments: [
            ("configmap", false, "O"), ("secret", false, "O"), ("lease", false, #"{"Object":O,"Err":null}"#),
            ("configmap", true, "[S]"), ("secret", true, "[S]"), ("lease", true, "[S]"), ("pod", false, "[S]"),
            ("node", false, "[S]"), ("persistentvolume", false, "[S]"),
        ])
    func forms(row: (String, Bool, String)) {
        var bench = PlanBench()
        let object = #"{"metadata":{"name":"x"}}"#
        bench.cloud(.insert, "demo/\(row.0)/x", object)
        let answer = Self.only(
            bench.local(.query, "demo/\(row.0)/x", module: row.1 ? PlanBench.classicEdged : PlanBench.edged))
        let text = Sample.patch(object)
        let wanted = row.2 == "[S]" ? "[\(text)]" : row.2 == "O" ? object : #"{"Object":\#(object),"Err":null}"#
        #expect(answer?.json == wanted)
    }

    @Test("k8s/ca.crt has no third part and may need the cloud; its text is stored")
    func clusterCA() {
        var bench = PlanBench()
        bench.connect()
        let asked = PlanBench.frames(bench.local(.query, "k8s/ca.crt"))[0]
        bench.cloud(.response, "k8s/ca.crt", #""PEM""#, source: .cloudHub, parent: asked.id)
        #expect(bench.store.text("k8s/ca.crt") == "PEM")
        bench.feed(.linkDown(connection: 1))
        #expect(Self.only(bench.local(.query, "k8s/ca.crt"))?.json == #"["PEM"]"#)
    }

    @Test("a query of another form is an error answer", arguments: ["short", "/pod/x", "demo//x"])
    func badResource(resource: String) {
        var bench = PlanBench()
        #expect(Self.only(bench.local(.query, resource))?.route.operation == .error)
    }

    // MARK: Remote

    struct Answered: CustomTestStringConvertible, Sendable {
        let name: String
        let content: String
        let isStored: Bool
        var isError = false
        var testDescription: String { name }
    }

    static let answers = [
        Answered(name: "an object", content: Sample.object("c", version: 3), isStored: true),
        Answered(
            name: "an ObjectResp", content: Sample.response(Sample.object("c", version: 3)), isStored: true),
        Answered(name: "OK", content: #""OK""#, isStored: false),
        Answered(name: "a text", content: #""hello""#, isStored: false),
        Answered(name: "an ObjectResp with Err", content: Sample.refusal("Conflict"), isStored: false),
        Answered(
            name: "cure: a status error is never stored, and an error answer", content: Sample.statusError("Forbidden"),
            isStored: false, isError: true),
        Answered(name: "cure: {} is never stored, and an error answer", content: "{}", isStored: false, isError: true),
    ]

    @Test("the answer to a remote query", arguments: answers)
    func remoteAnswer(row: Answered) {
        var bench = PlanBench()
        bench.connect()
        let key = "demo/configmap/c"
        let asked = PlanBench.frames(bench.local(.query, key))[0]
        let caller = bench.lastID
        let done = bench.cloud(.response, key, row.content, parent: asked.id)
        CloudStoreTests.expectAcknowledged(done, bench.lastID)
        #expect((bench.store.rows[key] != nil) == row.isStored)
        let told = Self.only(done)
        #expect(told?.header.parentID == caller)
        #expect(told?.route.operation == (row.isError ? .error : .response))
        if row.isError {
            #expect(told?.route.source == .metaManager && told?.content.kind == .string)
        } else {
            #expect(told?.json == row.content)
        }
        let late = bench.cloud(.response, key, row.content, parent: asked.id)
        #expect(late.deliveries.isEmpty, "one answer to each request")
    }

    @Test("NotFound on a query deletes the cached row, and names its reason")
    func notFound() {
        var bench = PlanBench()
        bench.connect()
        let key = "demo/volumeattachment/c"
        bench.cloud(.insert, key, Sample.object("c", version: 3))
        let asked = PlanBench.frames(bench.local(.query, key))[0]
        let done = bench.cloud(.response, key, Sample.statusError("NotFound"), parent: asked.id)
        #expect(bench.store.rows[key] == nil)
        #expect(Self.only(done)?.content.string == "NotFound: nothing here")
    }

    @Test("NotFound does not delete a row that came after the question")
    func notFoundOvertaken() {
        var bench = PlanBench()
        bench.connect()
        let key = "demo/configmap/c"
        let asked = PlanBench.frames(bench.local(.query, key))[0]
        bench.wait(.milliseconds(5))
        bench.cloud(.insert, key, Sample.object("c", version: 3))
        bench.cloud(.response, key, Sample.statusError("NotFound"), parent: asked.id)
        #expect(bench.store.rows[key] != nil)
    }

    @Test("cure: one request in flight per query; later callers share its answer")
    func singleFlight() {
        var bench = PlanBench()
        bench.connect()
        let asked = PlanBench.frames(bench.local(.query, "demo/configmap/c"))[0]
        let first = bench.lastID
        let joined = bench.local(.query, "demo/configmap/c", module: PlanBench.classicEdged)
        let second = bench.lastID
        #expect(joined.cloud.isEmpty && joined.outcome == .joined)
        #expect(bench.local(.query, "demo/configmap/d").cloud.count == 1)
        let done = bench.cloud(.response, "demo/configmap/c", Sample.object("c", version: 1), parent: asked.id)
        #expect(done.deliveries(to: .edged).map(\.header.parentID) == [first, second])
    }

    static func staleBench() -> PlanBench {
        var bench = PlanBench()
        bench.cloud(.insert, "demo/volumeattachment/c", Sample.object("c", version: 3))
        bench.connect()
        return bench
    }

    @Test("a query with a stored row is answered from it, marked stale, after 10 s; the late answer is stored and told")
    func stale() {
        var bench = Self.staleBench()
        let key = "demo/volumeattachment/c"
        let asked = PlanBench.frames(bench.local(.query, key))[0]
        let caller = bench.lastID
        #expect(bench.wait(.milliseconds(9_999)).deliveries.isEmpty)
        let stale = Self.only(bench.wait(.milliseconds(1)))
        #expect(stale?.header.parentID == caller)
        #expect(stale?.header.extras.map(\.name) == ["origin", "age", "stale"])
        let late = bench.cloud(.response, key, Sample.object("c", version: 4), parent: asked.id)
        #expect(bench.store.rows[key]?.head.version == "4")
        #expect(Self.only(late)?.route.operation == .update && Self.only(late)?.header.parentID == "")
        CloudStoreTests.expectAcknowledged(late, bench.lastID)
    }

    @Test("who joins a request late is not kept longer than 10 s")
    func staleForJoiner() {
        var bench = Self.staleBench()
        bench.local(.query, "demo/volumeattachment/c")
        bench.wait(.seconds(12))
        bench.local(.query, "demo/volumeattachment/c")
        let joiner = bench.lastID
        #expect(bench.wait(.seconds(10)).deliveries(to: .edged).map(\.header.parentID) == [joiner])
    }

    @Test("a cut answers a query with a stored row at once; without one it is asked again on the next connection")
    func cut() {
        var bench = Self.staleBench()
        bench.local(.query, "demo/volumeattachment/c")
        let first = bench.lastID
        let asked = PlanBench.frames(bench.local(.query, "demo/configmap/d"))[0]
        let down = bench.feed(.linkDown(connection: 1)).deliveries(to: .edged).filter { !$0.header.parentID.isEmpty }
        #expect(down.map(\.header.parentID) == [first])
        #expect(PlanBench.frames(bench.connect(2)).map(\.id).contains(asked.id))
    }

    @Test("a remote write fails at a cut")
    func cutWrite() {
        var bench = PlanBench()
        bench.connect()
        bench.local(.insert, "null/node/n", "{}")
        let caller = bench.lastID
        let down = bench.feed(.linkDown(connection: 1)).deliveries(to: .edged).filter { !$0.header.parentID.isEmpty }
        #expect(down.map(\.header.parentID) == [caller] && down[0].route.operation == .error)
    }

    @Test(
        "without a row: an error answer after 55 s, for endpoints an empty list", arguments: ["configmap", "endpoints"])
    func timeout(type: String) {
        var bench = PlanBench()
        bench.connect()
        let asked = PlanBench.frames(bench.local(.query, "demo/\(type)/c"))[0]
        let caller = bench.lastID
        bench.wait(.seconds(10))
        #expect(bench.wait(.milliseconds(44_999)).deliveries.isEmpty)
        let answer = Self.only(bench.wait(.milliseconds(1)))
        #expect(answer?.header.parentID == caller)
        #expect(answer?.route.operation == (type == "endpoints" ? .response : .error))
        if type == "endpoints" { #expect(answer?.json == "[]") }
        let late = bench.cloud(.response, "demo/\(type)/c", Sample.object("c", version: 1), parent: asked.id)
        #expect(bench.store.rows.count == 1 && late.deliveries(to: .edged).allSatisfy { $0.header.parentID.isEmpty })
    }

    // MARK: Tokens

    static let request =
        #"{"metadata":{},"spec":{"audiences":["api"],"expirationSeconds":3607,"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"web","uid":"u1"}}}"#

    static let bare = #"{"metadata":{},"spec":{"audiences":null}}"#

    static func token(end: Int64, seconds: Int = 3600) -> String {
        #"{"metadata":{"name":"default"},"spec":{"expirationSeconds":\#(seconds)},"status":{"token":"t\#(end)","expirationTimestamp":"\#(KubernetesTimestamp.text(end))"}}"#
    }

    static let key =
        #""default"/"demo"/[]string{"api"}/3607/v1.BoundObjectReference{Kind:"Pod", APIVersion:"v1", Name:"web", UID:"u1"}"#

    static let bareKey =
        #""default"/"demo"/[]string(nil)/0/v1.BoundObjectReference{Kind:"", APIVersion:"", Name:"", UID:""}"#

    @Test(
        "the key of a token is Go's text over the request",
        arguments: [
            (request, key), (bare, bareKey), ("null", bareKey),
            (
                #"{"spec":{"audiences":["a","b"],"expirationSeconds":600}}"#,
                #""default"/"demo"/[]string{"a", "b"}/600/v1.BoundObjectReference{Kind:"", APIVersion:"", Name:"", UID:""}"#
            ),
        ])
    func tokenKey(row: (String, String)) throws {
        let content = try Content(json: Bytes(row.0.utf8))
        #expect(TokenKey.key(name: "default", namespace: "demo", request: content) == row.1)
        var bench = PlanBench()
        bench.connect()
        let asked = PlanBench.frames(bench.local(.query, "demo/serviceaccounttoken/default", row.0))[0]
        let token = Self.token(end: bench.now.wall + 3_600_000)
        bench.cloud(.response, "demo/serviceaccounttoken/default", token, parent: asked.id)
        #expect(Array(bench.store.rows.keys) == [row.1])
        #expect(bench.store.rows[row.1]?.type == .serviceAccountToken)
    }

    static func withToken(_ key: String, end: Int64, seconds: Int = 3600, in bench: inout PlanBench) {
        let path = ResourcePath(namespace: "demo", type: .serviceAccountToken, id: "default")
        let value = Bytes(token(end: end, seconds: seconds).utf8)
        bench.store.apply(
            .put(NewObject(path: path, key: key, value: value, origin: .takenOver), replacing: nil),
            now: bench.now.wall)
    }

    static let resource = "demo/serviceaccounttoken/default"

    @Test("a token before 80 % of its life is answered at once, then it is asked for")
    func tokenDue() {
        var bench = PlanBench()
        bench.connect()
        Self.withToken(Self.key, end: bench.now.wall + 3_600_000, in: &bench)
        #expect(bench.local(.query, Self.resource, Self.request).deliveries.count == 1)
        bench.wait(.seconds(2879))
        #expect(bench.local(.query, Self.resource, Self.request).deliveries.count == 1)
        bench.wait(.seconds(1))
        let due = bench.local(.query, Self.resource, Self.request)
        #expect(due.cloud.count == 1 && due.deliveries.isEmpty)
        #expect(bench.wait(.seconds(10)).deliveries.count == 1, "stale, but not ended")
    }

    @Test("an ended token is no answer: asked for, waited for, an error with the link down")
    func tokenEnded() {
        var bench = PlanBench()
        Self.withToken(Self.key, end: bench.now.wall - 1000, in: &bench)
        #expect(Self.only(bench.local(.query, Self.resource, Self.request))?.route.operation == .error)
        bench.connect()
        let asked = PlanBench.frames(bench.local(.query, Self.resource, Self.request))[0]
        let caller = bench.lastID
        #expect(bench.wait(.seconds(10)).deliveries.isEmpty)
        let token = Self.token(end: bench.now.wall + 3_600_000)
        let done = bench.cloud(.response, Self.resource, token, parent: asked.id)
        #expect(Self.only(done)?.header.parentID == caller && Self.only(done)?.json == token)
        #expect(bench.store.rows.count == 1, "the successor replaces it in one change")
    }

    @Test("of several stored tokens the unexpired one with the latest expiry answers; keys with an expiry count")
    func tokenBest() {
        var bench = PlanBench()
        let now = bench.now.wall
        Self.withToken(Self.key, end: now + 1_000_000, in: &bench)
        Self.withToken(Self.key + "/2", end: now + 3_000_000, in: &bench)
        Self.withToken(Self.key + "/1", end: now - 1_000, in: &bench)
        Self.withToken(Self.key + "x", end: now + 9_000_000, in: &bench)
        let answer = Self.only(bench.local(.query, Self.resource, Self.request))
        #expect(answer?.json.contains("t\(now + 3_000_000)") == true)
    }

    @Test("a token taken over under the key of its answer is found")
    func tokenTakenOver() {
        var bench = PlanBench()
        let filled =
            #""default"/"demo"/[]string{"https://kubernetes.default.svc"}/3607/v1.BoundObjectReference{Kind:"", APIVersion:"", Name:"", UID:""}"#
        Self.withToken(filled, end: bench.now.wall + 3_000_000, in: &bench)
        let request = #"{"spec":{"audiences":null,"expirationSeconds":3607}}"#
        #expect(Self.only(bench.local(.query, Self.resource, request))?.route.operation == .response)
        #expect(Self.only(bench.local(.query, Self.resource, request))?.json.contains("token") == true)
        let other = #"{"spec":{"audiences":null,"expirationSeconds":600}}"#
        #expect(Self.only(bench.local(.query, Self.resource, other))?.json == "[]")
    }

    @Test(
        "Kubernetes' times, there and back",
        arguments: [0, 951_782_400_000, 1_798_761_599_000, 4_102_444_800_000] as [Int64])
    func times(moment: Int64) {
        #expect(KubernetesTimestamp.milliseconds(KubernetesTimestamp.text(moment)) == moment)
    }
}
