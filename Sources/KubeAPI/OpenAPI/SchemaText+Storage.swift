extension SchemaText {
    /// Claims, volumes of the cluster, and their classes.
    static let storage = """
        @core v1
        PersistentVolumeClaim*: A claim of storage by users of a namespace.
          spec PersistentVolumeClaimSpec: What is claimed.
          status PersistentVolumeClaimStatus: What was given.
        PersistentVolumeClaimSpec: What is claimed.
          accessModes [str]: ReadWriteOnce, ReadOnlyMany, ReadWriteMany or ReadWriteOncePod.
          dataSource TypedLocalObjectReference: What the volume is filled from.
          dataSourceRef TypedObjectReference: The same, of any kind.
          resources VolumeResourceRequirements: How much.
          selector meta.LabelSelector: The volumes, by their labels.
          storageClassName str: The class.
          volumeAttributesClassName str: The class of changeable attributes.
          volumeMode str: Filesystem or Block.
          volumeName str: The volume that is bound to the claim.
        VolumeResourceRequirements: How much is needed, and how much may be used.
          limits {qty}: The most.
          requests {qty}: The least.
        TypedLocalObjectReference: An object in the same namespace.
          apiGroup str: Its group.
          kind! str: Its kind.
          name! str: Its name.
        TypedObjectReference: An object.
          apiGroup str: Its group.
          kind! str: Its kind.
          name! str: Its name.
          namespace str: Its namespace.
        PersistentVolumeClaimStatus: What was given.
          accessModes [str]: How the volume may be used.
          allocatedResourceStatuses {str}: How far a change of size has got.
          allocatedResources {qty}: What is set aside.
          capacity {qty}: The volume's size.
          conditions [PersistentVolumeClaimCondition] @type: Aspects of the claim's state.
          currentVolumeAttributesClassName str: The class of attributes in force.
          modifyVolumeStatus ModifyVolumeStatus: How far a change of attributes has got.
          phase str: Pending, Bound or Lost.
        PersistentVolumeClaimCondition: One aspect of a claim's state.
          lastProbeTime time: When it was last looked at.
          lastTransitionTime time: When it last changed.
          message str: The cause in a sentence.
          reason str: The cause in a word.
          status! str: True, False or Unknown.
          type! str: Such as Resizing.
        ModifyVolumeStatus: How far a change of attributes has got.
          status! str: Pending, InProgress or Infeasible.
          targetVolumeAttributesClassName str: The class to get to.
        PersistentVolume*: A piece of storage of the cluster.
          spec PersistentVolumeSpec: What it is.
          status PersistentVolumeStatus: Who has it.
        PersistentVolumeSpec: What a volume is; one source.
          accessModes [str]: How it may be used.
          awsElasticBlockStore AWSElasticBlockStoreVolumeSource: A disk of AWS.
          azureDisk AzureDiskVolumeSource: A disk of Azure.
          azureFile AzureFilePersistentVolumeSource: A file share of Azure.
          capacity {qty}: Its size.
          cephfs CephFSPersistentVolumeSource: A Ceph file system.
          cinder CinderPersistentVolumeSource: A Cinder volume.
          claimRef ObjectReference: The claim that has it.
          csi CSIPersistentVolumeSource: A volume of a CSI driver.
          fc FCVolumeSource: A Fibre Channel disk.
          flexVolume FlexPersistentVolumeSource: A volume of a Flex driver.
          flocker FlockerVolumeSource: A Flocker volume.
          gcePersistentDisk GCEPersistentDiskVolumeSource: A disk of GCE.
          glusterfs GlusterfsPersistentVolumeSource: A Gluster volume.
          hostPath HostPathVolumeSource: A folder of the node.
          iscsi ISCSIPersistentVolumeSource: An iSCSI disk.
          local LocalVolumeSource: A disk of the node.
          mountOptions [str]: Options of the mount.
          nfs NFSVolumeSource: An NFS share.
          nodeAffinity VolumeNodeAffinity: The nodes that can reach it.
          persistentVolumeReclaimPolicy str: Retain, Delete or Recycle.
          photonPersistentDisk PhotonPersistentDiskVolumeSource: A Photon disk.
          portworxVolume PortworxVolumeSource: A Portworx volume.
          quobyte QuobyteVolumeSource: A Quobyte volume.
          rbd RBDPersistentVolumeSource: A Ceph block device.
          scaleIO ScaleIOPersistentVolumeSource: A ScaleIO volume.
          storageClassName str: The class.
          storageos StorageOSPersistentVolumeSource: A StorageOS volume.
          volumeAttributesClassName str: The class of changeable attributes.
          volumeMode str: Filesystem or Block.
          vsphereVolume VsphereVirtualDiskVolumeSource: A disk of vSphere.
        CSIPersistentVolumeSource: A volume of a CSI driver.
          controllerExpandSecretRef SecretReference: For growing it, on the controller.
          controllerPublishSecretRef SecretReference: For attaching it.
          driver! str: The driver.
          fsType str: The file system.
          nodeExpandSecretRef SecretReference: For growing it, on the node.
          nodePublishSecretRef SecretReference: For mounting it.
          nodeStageSecretRef SecretReference: For preparing it.
          readOnly bool: Whether it is read-only.
          volumeAttributes {str}: Settings for the driver.
          volumeHandle! str: The driver's name for the volume.
        LocalVolumeSource: A disk of the node.
          fsType str: The file system.
          path! str: The path on the node.
        SecretReference: A secret.
          name str: Its name.
          namespace str: Its namespace.
        VolumeNodeAffinity: The nodes that can reach a volume.
          required NodeSelector: Demands on the node.
        PersistentVolumeStatus: Who has a volume.
          lastPhaseTransitionTime time: When the phase last changed.
          message str: Why it is in this state, in a sentence.
          phase str: Pending, Available, Bound, Released or Failed.
          reason str: Why it is in this state, in a word.
        TopologySelectorTerm: A place, by labels of nodes.
          matchLabelExpressions [TopologySelectorLabelRequirement]: Conditions on labels.
        TopologySelectorLabelRequirement: One condition on a label.
          key! str: The label.
          values! [str]: One of these values.
        @storage v1 storage.k8s.io
        StorageClass*: A sort of storage, and how it is made.
          allowVolumeExpansion bool: Whether volumes may grow.
          allowedTopologies [core.TopologySelectorTerm]: Where volumes may be made.
          mountOptions [str]: Options of the mounts.
          parameters {str}: Settings for the one who makes volumes.
          provisioner! str: Who makes volumes.
          reclaimPolicy str: What becomes of volumes that are given back.
          volumeBindingMode str: Immediate or WaitForFirstConsumer.
        VolumeAttachment*: A volume that is, or is to be, attached to a node.
          spec! VolumeAttachmentSpec: What is wanted.
          status VolumeAttachmentStatus: What is so.
        VolumeAttachmentSpec: What is wanted.
          attacher! str: The driver that attaches.
          nodeName! str: The node.
          source! VolumeAttachmentSource: The volume.
        VolumeAttachmentSource: The volume to attach.
          inlineVolumeSpec core.PersistentVolumeSpec: The volume, described here.
          persistentVolumeName str: The volume, by name.
        VolumeAttachmentStatus: What is so.
          attachError VolumeError: Why attaching failed.
          attached! bool: Whether it is attached.
          attachmentMetadata {str}: What the driver says of it.
          detachError VolumeError: Why detaching failed.
        VolumeError: Why something failed.
          message str: The cause.
          time time: When.
        CSIDriver*: A driver of volumes.
          spec! CSIDriverSpec: What it can do.
        CSIDriverSpec: What a driver can do.
          attachRequired bool: Whether volumes are attached before they are mounted.
          fsGroupPolicy str: Whether volumes get an owning group.
          podInfoOnMount bool: Whether it wants to know the pod.
          requiresRepublish bool: Whether mounts are repeated.
          seLinuxMount bool: Whether it mounts with SELinux labels.
          storageCapacity bool: Whether it publishes free space.
          tokenRequests [TokenRequest]: Tokens it wants.
          volumeLifecycleModes [str]: Persistent or Ephemeral.
        TokenRequest: A token that a driver wants.
          audience! str: Whom it is for.
          expirationSeconds long: How long it is valid.
        CSINode*: The drivers of a node.
          spec! CSINodeSpec: The drivers.
        CSINodeSpec: The drivers of a node.
          drivers! [CSINodeDriver] @name: The drivers.
        CSINodeDriver: A driver on a node.
          allocatable VolumeNodeResources: How many volumes it can handle.
          name! str: The driver.
          nodeID! str: The node's name for the driver.
          topologyKeys [str]: The labels that say where the node is.
        VolumeNodeResources: How many volumes a node can handle.
          count int: The number.
        CSIStorageCapacity*: How much free space a class has at a place.
          capacity qty: The free space.
          maximumVolumeSize qty: The largest volume.
          nodeTopology meta.LabelSelector: The place.
          storageClassName! str: The class.
        """
}
