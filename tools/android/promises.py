"""What the app's linked manifest promises. Each sentence that comes back names one that is broken."""

# Who of other apps may start or call what, and by which actions only. Names are those of our package, where they begin with a dot.
EXPORTED = {
    ".MainActivity": {"android.intent.action.MAIN", "android.intent.action.VIEW"},
    ".PushReceiver": {
        "org.unifiedpush.android.connector.MESSAGE",
        "org.unifiedpush.android.connector.NEW_ENDPOINT",
        "org.unifiedpush.android.connector.REGISTRATION_FAILED",
        "org.unifiedpush.android.connector.UNREGISTERED",
    },
}
PERMISSIONS = {
    "android.permission.ACCESS_NETWORK_STATE",
    "android.permission.INTERNET",
    "android.permission.POST_NOTIFICATIONS",
    "android.permission.USE_BIOMETRIC",
}
# The addresses that open the app: its own scheme, and none that a browser's link to a site could have.
SCHEMES = {"latchkey"}
# What androidx adds of its own, where its manifests are merged in: a receiver that only a developer's cable reaches, and a permission
# that the app gives to itself.
OF_ANDROIDX = {"androidx.profileinstaller.ProfileInstallReceiver": "android.permission.DUMP"}
ITS_PERMISSION = ".DYNAMIC_RECEIVER_NOT_EXPORTED_PERMISSION"
COMPONENTS = ("activity", "activity-alias", "receiver", "service", "provider")
# Of the application as a whole; a value that is not written counts as what Android takes for it.
APPLICATION = {
    "allowBackup": ("false", "true"),
    "fullBackupContent": ("false", "true"),
    "usesCleartextTraffic": ("false", "true"),
    "debuggable": ("false", "false"),
    "testOnly": ("false", "false"),
}
NOT_OURS = ("com.google.android.gms", "com.google.firebase", "com.android.vending")


def broken(manifest, network_security):
    """Of the linked AndroidManifest.xml and network_security_config.xml."""
    shorten_names(manifest)
    application = next(manifest.all("application"))
    yield from permissions(manifest)
    yield from application_flags(application)
    yield from components(application)
    yield from unencrypted(network_security)
    yield from strangers(manifest)


def shorten_names(manifest):
    """A build writes them out in full."""
    package = manifest.attributes["package"]
    for one in manifest.all("uses-permission", *COMPONENTS):
        name = one.attributes.get("name", "")
        if name.startswith(package + "."):
            one.attributes["name"] = name.removeprefix(package)


def permissions(manifest):
    asked = {one.attributes["name"] for one in manifest.all("uses-permission", "uses-permission-sdk-23")} - {ITS_PERMISSION}
    for name in sorted(asked - PERMISSIONS):
        yield f"asks for a permission more: {name}"
    for name in sorted(PERMISSIONS - asked):
        yield f"does not ask for a permission that it needs: {name}"


def application_flags(application):
    for name, (wanted, otherwise) in APPLICATION.items():
        value = application.attributes.get(name, otherwise)
        if value != wanted:
            yield f"{name} is {value}"
    if "networkSecurityConfig" not in application.attributes:
        yield "networkSecurityConfig is not named"


def components(application):
    found = set()
    for one in application.all(*COMPONENTS):
        name = one.attributes["name"]
        exported = one.attributes.get("exported")
        if exported is None:
            yield f"{name} does not say whether it is exported"
        elif exported == "true" and OF_ANDROIDX.get(name, "") == one.attributes.get("permission"):
            continue
        elif exported == "true":
            found.add(name)
            yield from of_exported(name, one)
        elif one.tag == "service" and not one.attributes.get("permission"):
            yield f"{name} is a service without a permission"
    for name in sorted(set(EXPORTED) - found):
        yield f"{name} is not exported"


def of_exported(name, one):
    if name not in EXPORTED:
        yield f"{name} is exported"
        return
    for action in (each.attributes["name"] for each in one.all("action")):
        if action not in EXPORTED[name]:
            yield f"{name} answers to {action}"
    for data in one.all("data"):
        scheme = data.attributes.get("scheme")
        if scheme not in SCHEMES:
            yield f"{name} opens by the scheme {scheme}"


def unencrypted(network_security):
    base = list(network_security.all("base-config"))
    if not base or base[0].attributes.get("cleartextTrafficPermitted") != "false":
        yield "network_security_config.xml does not forbid unencrypted traffic"
    for one in network_security.all("domain-config", "debug-overrides"):
        yield f"network_security_config.xml has an exception: {one.tag}"
    for one in network_security.all("certificates"):
        if one.attributes.get("src") != "system":
            yield "network_security_config.xml trusts other certificates than the system's"


def strangers(manifest):
    for one in manifest.all("meta-data", "uses-library", "package", *COMPONENTS, "action", "uses-permission"):
        name = one.attributes.get("name", "")
        if name.startswith(NOT_OURS):
            yield f"{name} belongs to Google's services"
