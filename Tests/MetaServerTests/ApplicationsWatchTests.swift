import Beehive
import KubeAPI
import TestKit
import Testing

@testable import MetaServer

@Suite("Kinds that the cloud keeps fresh, and discovery")
struct ApplicationsWatchTests {
    typealias Bench = ApplicationsBench

    private func watchID(_ resource: KubeKind.Resource, _ namespace: String? = nil) -> String {
        Application.watch(resource, namespace: namespace).id(node: "edge-node-1")
    }

    @Test("a kind is registered once, and kept for the next start")
    func register() throws {
        var bench = Bench.connected()
        bench.keepFresh(Bench.services, namespace: "demo")
        bench.keepFresh(Bench.services, namespace: "demo")
        let frames = bench.asked()
        #expect(frames.map(\.verb) == ["watch"] && frames.map(\.key) == ["/core/v1/services/demo/null"])
        #expect(frames.first?.tree == Application.watch(Bench.services, namespace: "demo").content(node: "edge-node-1"))
        let kept = bench.kept()
        #expect(kept.map(\.route.operation) == [.update])
        #expect(kept.map(\.route.resource) == ["null/watchapp/" + watchID(Bench.services, "demo")])
        bench.answer(frames[0])
        #expect(bench.state.report.watches == [.init(key: "/core/v1/services/demo/null", isActive: true)])
        // The next process.
        var next = Bench()
        next.state.restore(kept.map(\.tree))
        next.handle(.linkUp)
        let sync = next.asked()
        #expect(sync.map(\.route.resource) == ["watchapp/sync"])
        #expect(sync.first?.tree == .object([JSONMember(watchID(Bench.services, "demo"), frames[0].tree)]))
    }

    @Test("all namespaces take the place of one; pods are not watched")
    func scopes() {
        var bench = Bench.connected()
        bench.keepFresh(Bench.services, namespace: "demo")
        bench.keepFresh(Bench.services)
        bench.keepFresh(Bench.services, namespace: "other")
        bench.keepFresh(KubeKind.Resource(group: "", version: "v1", plural: "pods"))
        #expect(bench.state.report.watches.map(\.key) == ["/core/v1/services/null/null"])
        #expect(bench.kept().map(\.route.operation) == [.update, .delete, .update])
    }

    @Test("the map is sent on each connection, as recorded; the failed ones are told, and tried again when asked for")
    func sync() throws {
        var bench = Bench.connected()
        bench.keepFresh(Bench.services, namespace: "demo")
        bench.keepFresh(Bench.configMaps)
        for frame in bench.asked() { bench.answer(frame) }
        for frame in bench.asked() { bench.answer(frame) }
        bench.handle(.linkDown)
        #expect(bench.state.report.watches.allSatisfy { !$0.isActive && $0.failure == nil })
        bench.handle(.linkUp)
        let sync = bench.asked()
        try #require(sync.map(\.route.resource) == ["watchapp/sync"])
        #expect(sync[0].tree.members.count == 2)
        bench.handle(.answer(to: sync[0].id, .watches([watchID(Bench.configMaps): "forbidden"])))
        #expect(
            bench.state.report.watches == [
                .init(key: "/core/v1/configmaps/null/null", isActive: false, failure: "forbidden"),
                .init(key: "/core/v1/services/demo/null", isActive: true),
            ])
        bench.keepFresh(Bench.configMaps)
        #expect(bench.asked().isEmpty)
        bench.wait(.seconds(61))
        bench.keepFresh(Bench.configMaps)
        #expect(bench.asked().map(\.verb) == ["watch"])
    }

    @Test("of too many, the one not asked for the longest goes")
    func bounds() throws {
        var bench = Bench.connected { $0.watches = 2 }
        for (index, name) in ["a", "b", "a", "c"].enumerated() {
            bench.now = bench.now.advanced(by: .seconds(index))
            bench.keepFresh(Bench.services, namespace: name)
        }
        #expect(bench.state.report.watches.map(\.key) == ["/core/v1/services/a/null", "/core/v1/services/c/null"])
        while true {
            let frames = bench.asked()
            guard !frames.isEmpty else { break }
            for frame in frames { bench.answer(frame) }
        }
        #expect(
            bench.kept().last { $0.route.operation == .delete }?.route.resource.hasSuffix(watchID(Bench.services, "b"))
                == true)
    }

    @Test("nothing is asked before somebody uses the API; then one question finds out whether anybody answers")
    func probe() throws {
        var bench = Bench()
        bench.handle(.linkUp)
        #expect(bench.frames.isEmpty)
        let now = bench.now
        bench.take(bench.state.proceed(at: now) { $0.use(at: now) })
        let probe = bench.asked()
        try #require(probe.map(\.key) == ["/version"])
        bench.answer(probe[0], body: #"{"major":"1"}"#)
        #expect(bench.kept().first?.route.resource == "null/discovery/version")
        #expect(bench.asked().count == 2)
    }

    @Test("a cloud without a dynamic controller is probed once for each connection")
    func probeInVain() {
        var bench = Bench()
        bench.handle(.linkUp)
        let now = bench.now
        bench.take(bench.state.proceed(at: now) { $0.use(at: now) })
        bench.heardOfCloud()
        bench.wait(.seconds(10))
        #expect(bench.asked().count == 1 && bench.state.report.hasController == false)
        bench.wait(.seconds(3600))
        #expect(bench.frames.isEmpty)
        bench.handle(.linkDown)
        bench.handle(.linkUp)
        #expect(bench.asked().count == 1)
    }

    @Test("discovery: versions, groups and definitions are kept; bounded, and not asked again at once")
    func discovery() throws {
        var bench = Bench { $0.groupVersions = 2 }
        bench.state.isUsed = true
        bench.handle(.linkUp)
        var asked: [String] = []
        var pages = 0
        while true {
            let frames = bench.asked()
            guard !frames.isEmpty else { break }
            for frame in frames {
                asked.append("\(frame.verb) \(frame.key)")
                switch frame.key {
                case "/apis":
                    bench.answer(
                        frame,
                        body:
                            #"{"groups":[{"versions":[{"groupVersion":"apps/v1"},{"groupVersion":"../x/y"},{"groupVersion":"batch/v1"},{"groupVersion":"c/v1"}]}]}"#
                    )
                case "/apiextensions.k8s.io/v1/customresourcedefinitions/null/null" where frame.verb == "list":
                    pages += 1
                    bench.answer(
                        frame,
                        body:
                            #"{"metadata":{"continue":"\#(pages == 1 ? "p2" : "")"},"items":[{"metadata":{"name":"crd\#(pages)"}},{"metadata":{"name":"a/b"}}]}"#
                    )
                case "/apis/batch/v1": bench.answer(frame, body: "no JSON")
                default: bench.answer(frame, body: #"{"kind":"x"}"#)
                }
            }
        }
        #expect(Set(asked).count + 1 == asked.count && pages == 2)
        #expect(asked.contains("get /apis/apps/v1") && !asked.contains { $0.contains("..") || $0.contains("c/v1") })
        let kept = bench.kept()
        #expect(
            Set(kept.map(\.route.resource)).subtracting(kept.map(\.route.resource).filter { $0.contains("watchapp") })
                == [
                    "null/discovery/version", "null/discovery/api~v1", "null/discovery/apis",
                    "null/discovery/apis~apps~v1", "null/customresourcedefinition/crd1",
                    "null/customresourcedefinition/crd2",
                ])
        #expect(kept.first { $0.route.resource.hasSuffix("crd1") }?.tree["kind"]?.text == "CustomResourceDefinition")
        bench.handle(.linkDown)
        bench.handle(.linkUp)
        #expect(bench.asked().map(\.route.resource) == ["watchapp/sync"])
        bench.handle(.linkDown)
        bench.now = bench.now.advanced(by: .seconds(601))
        bench.handle(.linkUp)
        let again = bench.asked()
        for frame in again { bench.handle(.answer(to: frame.id, .watches([:]))) }
        #expect(bench.asked().map(\.key) == ["/version", "/api/v1"])
    }

    @Test("no job waits behind callers, no caller behind jobs")
    func turns() {
        var bench = Bench.connected { $0.inFlight = 1 }
        for index in 0..<8 { bench.keepFresh(Bench.services, namespace: "n\(index)") }
        #expect(bench.asked().count == 2)
        bench.perform(ApplicationsStateTests.get)
        #expect(bench.asked().map(\.verb) == ["get"])
    }
}
