import Beehive
import EdgeHub
import MetaManagerApp
import Testing

@Suite struct ShippedFilesTests {
    /// The folder of the package, from the place of this file in it.
    private var root: String { #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() }

    @Test func `the reference file sets every key to its default`() throws {
        let shipped = try ConfigurationReader.read(
            file: try ConfigurationFile.load(root + "/conf/edge.yaml"), hostName: "h")
        let plain = try ConfigurationReader.read(file: nil, hostName: "h")
        #expect(shipped.settings == plain.settings)
        let text = String(decoding: try ConfigurationFile.load(root + "/conf/edge.yaml"), as: UTF8.self)
        for key in ConfigurationKey.all {
            #expect(text.contains("# \(key.summary)\(key.live ? " [live]" : "")\n"), "\(key.name)")
        }
    }

    @Test func `the quick start needs no cloud, no root and no token`() throws {
        let file = try ConfigurationFile.load(root + "/conf/quickstart.yaml")
        let configuration = try ConfigurationReader.read(file: file)
        #expect(configuration.settings.edgeHub.link == .directory)
        #expect(configuration.settings.edgeHub.nodeID == "edge-node-1")
        #expect(configuration.settings.metaServer.authentication == .none)
        #expect(configuration.settings.modules.enabled.contains("edged"))
        for row in configuration.report.rows {
            if let value = row.value, value.hasPrefix("/") {
                #expect(value.hasPrefix("/etc/metamanager/"), "\(row.key)")
            }
        }
        #expect(configuration.notices.isEmpty)
    }

    @Test func `the example site is whole: all it names is there`() throws {
        let names = ["00-cluster.yaml", "10-gateway.yaml", "20-dashboard.yaml", "30-default.json"]
        let manifests = Manifests(
            try names.map { (name: $0, bytes: try ConfigurationFile.load(root + "/examples/manifests/" + $0)) })
        #expect(manifests.errors.isEmpty, "\(manifests.errors)")
        let keys = Set(manifests.objects.map(\.resource.key))
        #expect(manifests.objects.count == 17 && keys.count == 17)
        for pod in manifests.objects where pod.kind == "Pod" {
            let spec = try #require(pod.object["spec"])
            #expect(spec["nodeName"]?.text == "edge-node-1")
            for volume in spec["volumes"]?.elements ?? [] {
                if let name = volume["configMap"]?["name"]?.text {
                    #expect(keys.contains("\(pod.namespace)/configmap/\(name)"))
                }
                if let name = volume["secret"]?["secretName"]?.text {
                    #expect(keys.contains("\(pod.namespace)/secret/\(name)"))
                }
                if let name = volume["persistentVolumeClaim"]?["claimName"]?.text {
                    #expect(keys.contains("\(pod.namespace)/persistentvolumeclaim/\(name)"))
                }
            }
        }
    }

    @Test func `the file named wins, then the variable, then the first place that exists`() throws {
        let locate = { (flag: String?, variable: String?, there: [String]) in
            ConfigurationFile.locate(
                flag: flag, environment: variable.map { ["METAMANAGER_CONFIG": $0] } ?? [:], exists: there.contains)
        }
        #expect(locate("f", "v", ConfigurationFile.places) == "f")
        #expect(locate(nil, "v", ConfigurationFile.places) == "v")
        #expect(locate(nil, nil, ConfigurationFile.places) == "/etc/metamanager/edge.yaml")
        #expect(locate(nil, "", ["conf/edge.yaml"]) == "conf/edge.yaml")
        #expect(locate(nil, nil, []) == nil)
        let fault = try #require(throws: ConfigurationFile.Fault.self) { try ConfigurationFile.load("/nowhere/x.yaml") }
        #expect(fault.description == "cannot read /nowhere/x.yaml: No such file or directory")
        #expect(throws: ConfigurationFile.Fault.self) { try ConfigurationFile.load("/") }
    }
}
