extension SchemaText {
    /// Volumes: in pods, claims of them, and those of the cluster.
    static let volumes = """
        @core v1
        VolumeMount: Where a volume is mounted.
          mountPath! str: The place in the container.
          mountPropagation str: None, HostToContainer or Bidirectional.
          name! str: The volume.
          readOnly bool: Whether it is read-only.
          recursiveReadOnly str: Disabled, IfPossible or Enabled.
          subPath str: The part of the volume to mount.
          subPathExpr str: The same, with variables of the environment.
        VolumeDevice: A block device.
          devicePath! str: The place in the container.
          name! str: The volume, which is a claim.
        Volume: A volume of a pod; one source.
          awsElasticBlockStore AWSElasticBlockStoreVolumeSource: A disk of AWS.
          azureDisk AzureDiskVolumeSource: A disk of Azure.
          azureFile AzureFileVolumeSource: A file share of Azure.
          cephfs CephFSVolumeSource: A Ceph file system.
          cinder CinderVolumeSource: A Cinder volume.
          configMap ConfigMapVolumeSource: A ConfigMap, a file for each key.
          csi CSIVolumeSource: A volume of a CSI driver.
          downwardAPI DownwardAPIVolumeSource: Facts about the pod as files.
          emptyDir EmptyDirVolumeSource: An empty folder that lives as long as the pod.
          ephemeral EphemeralVolumeSource: A claim that lives as long as the pod.
          fc FCVolumeSource: A Fibre Channel disk.
          flexVolume FlexVolumeSource: A volume of a Flex driver.
          flocker FlockerVolumeSource: A Flocker volume.
          gcePersistentDisk GCEPersistentDiskVolumeSource: A disk of GCE.
          gitRepo GitRepoVolumeSource: A copy of a Git repository; no longer recommended.
          glusterfs GlusterfsVolumeSource: A Gluster volume.
          hostPath HostPathVolumeSource: A folder or file of the node.
          image ImageVolumeSource: The files of an image.
          iscsi ISCSIVolumeSource: An iSCSI disk.
          name! str: The name, unique in the pod.
          nfs NFSVolumeSource: An NFS share.
          persistentVolumeClaim PersistentVolumeClaimVolumeSource: A claim.
          photonPersistentDisk PhotonPersistentDiskVolumeSource: A Photon disk.
          portworxVolume PortworxVolumeSource: A Portworx volume.
          projected ProjectedVolumeSource: Several sources in one folder.
          quobyte QuobyteVolumeSource: A Quobyte volume.
          rbd RBDVolumeSource: A Ceph block device.
          scaleIO ScaleIOVolumeSource: A ScaleIO volume.
          secret SecretVolumeSource: A Secret, a file for each key.
          storageos StorageOSVolumeSource: A StorageOS volume.
          vsphereVolume VsphereVirtualDiskVolumeSource: A disk of vSphere.
        KeyToPath: A key, and the file it becomes.
          key! str: The key.
          mode int: The file's mode.
          path! str: The file, below the mount.
        ConfigMapVolumeSource: A ConfigMap as files.
          defaultMode int: The files' mode.
          items [KeyToPath]: The keys; all of them unless set.
          name str: The ConfigMap.
          optional bool: Whether it may be missing.
        SecretVolumeSource: A Secret as files.
          defaultMode int: The files' mode.
          items [KeyToPath]: The keys; all of them unless set.
          optional bool: Whether it may be missing.
          secretName str: The Secret.
        DownwardAPIVolumeSource: Facts about the pod as files.
          defaultMode int: The files' mode.
          items [DownwardAPIVolumeFile]: The files.
        DownwardAPIVolumeFile: A fact about the pod as a file.
          fieldRef ObjectFieldSelector: A field of the pod.
          mode int: The file's mode.
          path! str: The file.
          resourceFieldRef ResourceFieldSelector: A resource of a container.
        EmptyDirVolumeSource: An empty folder.
          medium str: Memory, or empty for the node's disk.
          sizeLimit qty: The most it may hold.
        EphemeralVolumeSource: A claim that lives as long as the pod.
          volumeClaimTemplate PersistentVolumeClaimTemplate: The claim.
        PersistentVolumeClaimTemplate: A claim to be made.
          metadata meta.ObjectMeta: Its labels and annotations.
          spec! PersistentVolumeClaimSpec: What is claimed.
        HostPathVolumeSource: A folder or file of the node.
          path! str: The path on the node.
          type str: What has to be there, such as Directory or FileOrCreate.
        ImageVolumeSource: The files of an image.
          pullPolicy str: Always, IfNotPresent or Never.
          reference str: The image.
        NFSVolumeSource: An NFS share.
          path! str: The exported path.
          readOnly bool: Whether it is read-only.
          server! str: The server.
        PersistentVolumeClaimVolumeSource: A claim in the same namespace.
          claimName! str: The claim.
          readOnly bool: Whether it is read-only.
        ProjectedVolumeSource: Several sources in one folder.
          defaultMode int: The files' mode.
          sources [VolumeProjection]: The sources.
        VolumeProjection: One source of a projected volume.
          clusterTrustBundle ClusterTrustBundleProjection: Certificates that the cluster trusts.
          configMap ConfigMapProjection: A ConfigMap.
          downwardAPI DownwardAPIProjection: Facts about the pod.
          secret SecretProjection: A Secret.
          serviceAccountToken ServiceAccountTokenProjection: A token of the service account.
        ClusterTrustBundleProjection: Certificates that the cluster trusts.
          labelSelector meta.LabelSelector: The bundles, by their labels.
          name str: The bundle.
          optional bool: Whether it may be missing.
          path! str: The file.
          signerName str: The signer whose bundles are meant.
        ConfigMapProjection: A ConfigMap as files.
          items [KeyToPath]: The keys; all of them unless set.
          name str: The ConfigMap.
          optional bool: Whether it may be missing.
        SecretProjection: A Secret as files.
          items [KeyToPath]: The keys; all of them unless set.
          name str: The Secret.
          optional bool: Whether it may be missing.
        DownwardAPIProjection: Facts about the pod as files.
          items [DownwardAPIVolumeFile]: The files.
        ServiceAccountTokenProjection: A token as a file.
          audience str: Whom the token is for.
          expirationSeconds long: How long it is valid.
          path! str: The file.
        CSIVolumeSource: A volume of a CSI driver that lives as long as the pod.
          driver! str: The driver.
          fsType str: The file system.
          nodePublishSecretRef LocalObjectReference: A secret for the driver.
          readOnly bool: Whether it is read-only.
          volumeAttributes {str}: Settings for the driver.
        AWSElasticBlockStoreVolumeSource: A disk of AWS.
          fsType str: The file system.
          partition int: The partition.
          readOnly bool: Whether it is read-only.
          volumeID! str: The disk.
        AzureDiskVolumeSource: A disk of Azure.
          cachingMode str: How it is cached.
          diskName! str: The disk.
          diskURI! str: Where it is.
          fsType str: The file system.
          kind str: Shared, Dedicated or Managed.
          readOnly bool: Whether it is read-only.
        AzureFileVolumeSource: A file share of Azure.
          readOnly bool: Whether it is read-only.
          secretName! str: The secret with the account's key.
          shareName! str: The share.
        AzureFilePersistentVolumeSource +AzureFileVolumeSource: A file share of Azure.
          secretNamespace str: The secret's namespace.
        CephFSVolumeSource: A Ceph file system.
          monitors! [str]: The monitors.
          path str: The root to mount.
          readOnly bool: Whether it is read-only.
          secretFile str: The key's file.
          secretRef LocalObjectReference: The secret.
          user str: The user.
        CephFSPersistentVolumeSource: A Ceph file system.
          monitors! [str]: The monitors.
          path str: The root to mount.
          readOnly bool: Whether it is read-only.
          secretFile str: The key's file.
          secretRef SecretReference: The secret.
          user str: The user.
        CinderVolumeSource: A Cinder volume.
          fsType str: The file system.
          readOnly bool: Whether it is read-only.
          secretRef LocalObjectReference: The secret.
          volumeID! str: The volume.
        CinderPersistentVolumeSource: A Cinder volume.
          fsType str: The file system.
          readOnly bool: Whether it is read-only.
          secretRef SecretReference: The secret.
          volumeID! str: The volume.
        FCVolumeSource: A Fibre Channel disk.
          fsType str: The file system.
          lun int: The logical unit.
          readOnly bool: Whether it is read-only.
          targetWWNs [str]: The targets' world wide names.
          wwids [str]: The volume's world wide ids.
        FlexVolumeSource: A volume of a Flex driver.
          driver! str: The driver.
          fsType str: The file system.
          options {str}: Settings for the driver.
          readOnly bool: Whether it is read-only.
          secretRef LocalObjectReference: The secret.
        FlexPersistentVolumeSource: A volume of a Flex driver.
          driver! str: The driver.
          fsType str: The file system.
          options {str}: Settings for the driver.
          readOnly bool: Whether it is read-only.
          secretRef SecretReference: The secret.
        FlockerVolumeSource: A Flocker volume.
          datasetName str: The data set's name.
          datasetUUID str: The data set.
        GCEPersistentDiskVolumeSource: A disk of GCE.
          fsType str: The file system.
          partition int: The partition.
          pdName! str: The disk.
          readOnly bool: Whether it is read-only.
        GitRepoVolumeSource: A copy of a Git repository.
          directory str: The folder.
          repository! str: The repository.
          revision str: The commit.
        GlusterfsVolumeSource: A Gluster volume.
          endpoints! str: The Endpoints object.
          path! str: The volume.
          readOnly bool: Whether it is read-only.
        GlusterfsPersistentVolumeSource +GlusterfsVolumeSource: A Gluster volume.
          endpointsNamespace str: The namespace of the Endpoints object.
        ISCSIVolumeSource: An iSCSI disk.
          chapAuthDiscovery bool: Whether discovery uses CHAP.
          chapAuthSession bool: Whether sessions use CHAP.
          fsType str: The file system.
          initiatorName str: The initiator.
          iqn! str: The target's name.
          iscsiInterface str: The interface.
          lun! int: The logical unit.
          portals [str]: More portals.
          readOnly bool: Whether it is read-only.
          secretRef LocalObjectReference: The secret for CHAP.
          targetPortal! str: The portal.
        ISCSIPersistentVolumeSource: An iSCSI disk.
          chapAuthDiscovery bool: Whether discovery uses CHAP.
          chapAuthSession bool: Whether sessions use CHAP.
          fsType str: The file system.
          initiatorName str: The initiator.
          iqn! str: The target's name.
          iscsiInterface str: The interface.
          lun! int: The logical unit.
          portals [str]: More portals.
          readOnly bool: Whether it is read-only.
          secretRef SecretReference: The secret for CHAP.
          targetPortal! str: The portal.
        PhotonPersistentDiskVolumeSource: A Photon disk.
          fsType str: The file system.
          pdID! str: The disk.
        PortworxVolumeSource: A Portworx volume.
          fsType str: The file system.
          readOnly bool: Whether it is read-only.
          volumeID! str: The volume.
        QuobyteVolumeSource: A Quobyte volume.
          group str: The group.
          readOnly bool: Whether it is read-only.
          registry! str: The registries.
          tenant str: The tenant.
          user str: The user.
          volume! str: The volume.
        RBDVolumeSource: A Ceph block device.
          fsType str: The file system.
          image! str: The image.
          keyring str: The key ring.
          monitors! [str]: The monitors.
          pool str: The pool.
          readOnly bool: Whether it is read-only.
          secretRef LocalObjectReference: The secret.
          user str: The user.
        RBDPersistentVolumeSource: A Ceph block device.
          fsType str: The file system.
          image! str: The image.
          keyring str: The key ring.
          monitors! [str]: The monitors.
          pool str: The pool.
          readOnly bool: Whether it is read-only.
          secretRef SecretReference: The secret.
          user str: The user.
        ScaleIOVolumeSource: A ScaleIO volume.
          fsType str: The file system.
          gateway! str: The gateway.
          protectionDomain str: The protection domain.
          readOnly bool: Whether it is read-only.
          secretRef! LocalObjectReference: The secret.
          sslEnabled bool: Whether TLS is used.
          storageMode str: Thick or thin.
          storagePool str: The pool.
          system! str: The system.
          volumeName str: The volume.
        ScaleIOPersistentVolumeSource: A ScaleIO volume.
          fsType str: The file system.
          gateway! str: The gateway.
          protectionDomain str: The protection domain.
          readOnly bool: Whether it is read-only.
          secretRef! SecretReference: The secret.
          sslEnabled bool: Whether TLS is used.
          storageMode str: Thick or thin.
          storagePool str: The pool.
          system! str: The system.
          volumeName str: The volume.
        StorageOSVolumeSource: A StorageOS volume.
          fsType str: The file system.
          readOnly bool: Whether it is read-only.
          secretRef LocalObjectReference: The secret.
          volumeName str: The volume.
          volumeNamespace str: Its namespace.
        StorageOSPersistentVolumeSource: A StorageOS volume.
          fsType str: The file system.
          readOnly bool: Whether it is read-only.
          secretRef ObjectReference: The secret.
          volumeName str: The volume.
          volumeNamespace str: Its namespace.
        VsphereVirtualDiskVolumeSource: A disk of vSphere.
          fsType str: The file system.
          storagePolicyID str: The policy's id.
          storagePolicyName str: The policy.
          volumePath! str: The disk.
        """
}
