package app.latchkey.desktop

import android.Manifest
import android.app.Activity
import android.app.NotificationManager
import android.app.PendingIntent
import android.content.ActivityNotFoundException
import android.content.Intent
import android.net.Uri
import android.os.Build
import android.webkit.WebView
import androidx.activity.result.ActivityResult
import app.tauri.annotation.ActivityCallback
import app.tauri.annotation.Command
import app.tauri.annotation.InvokeArg
import app.tauri.annotation.Permission
import app.tauri.annotation.PermissionCallback
import app.tauri.annotation.TauriPlugin
import app.tauri.plugin.Channel
import app.tauri.plugin.Invoke
import app.tauri.plugin.JSObject
import app.tauri.plugin.Plugin

@InvokeArg
class ListenArgs {
    lateinit var links: Channel
}

@InvokeArg
class SubscribeArgs {
    lateinit var token: String
    lateinit var vapid: String
}

@InvokeArg
class TokenArgs {
    lateinit var token: String
}

@InvokeArg
class LockArgs {
    var on: Boolean = false
}

/** What the window asks of the phone (src/mobile/plugin.rs): links that were opened, being told here, and the lock. */
@TauriPlugin(permissions = [Permission(strings = [Manifest.permission.POST_NOTIFICATIONS], alias = "notifications")])
class PhonePlugin(private val activity: Activity) : Plugin(activity) {
    private var links: Channel? = null
    private var unheard: String? = null

    override fun load(webView: WebView) {
        opened(activity.intent)
        // What the last run left unsent.
        SendAnswers.soon(activity)
    }

    override fun onNewIntent(intent: Intent) = opened(intent)

    private fun opened(intent: Intent?) {
        // Brought back from the list of recent apps, it comes with the intent that it began with.
        if (intent == null || intent.flags and Intent.FLAG_ACTIVITY_LAUNCHED_FROM_HISTORY != 0) return
        unheard = intent.dataString ?: return
        hand()
    }

    private fun hand() {
        val links = links ?: return
        unheard?.let { links.send(JSObject().put("link", it)) }
        unheard = null
    }

    /** Hands on links from now on, and the one that the app was opened by. */
    @Command
    fun listen(invoke: Invoke) {
        links = invoke.parseArgs(ListenArgs::class.java).links
        invoke.resolve()
        hand()
    }

    /** Has pushes come here: the permission, the app that brings them, and then its answer. */
    @Command
    fun subscribe(invoke: Invoke) {
        when {
            mayNotify() -> choose(invoke)
            Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU -> requestPermissionForAlias("notifications", invoke, "permitted")
            else -> invoke.reject("notifications are off", "DENIED")
        }
    }

    @PermissionCallback
    private fun permitted(invoke: Invoke) {
        if (mayNotify()) choose(invoke) else invoke.reject("notifications are off", "DENIED")
    }

    private fun choose(invoke: Invoke) {
        val all = UnifiedPush.distributors(activity)
        val chosen = UnifiedPush.chosen(activity) ?: all.singleOrNull()
        when {
            chosen != null -> register(invoke, chosen)
            all.isEmpty() -> invoke.reject("no app brings pushes", "NO_DISTRIBUTOR")
            else -> try {
                startActivityForResult(invoke, Intent(Intent.ACTION_VIEW, Uri.parse(UnifiedPush.CHOOSE)), "chosen")
            } catch (_: ActivityNotFoundException) {
                register(invoke, all.first())
            }
        }
    }

    @ActivityCallback
    private fun chosen(invoke: Invoke, result: ActivityResult) {
        @Suppress("DEPRECATION")
        val distributor = result.data?.getParcelableExtra<PendingIntent>("pi")?.creatorPackage
        if (distributor == null) invoke.reject("nothing was chosen", "DISMISSED") else register(invoke, distributor)
    }

    private fun register(invoke: Invoke, distributor: String) {
        val args = invoke.parseArgs(SubscribeArgs::class.java)
        Waiting.begin(invoke)
        UnifiedPush.register(activity, distributor, args.token, args.vapid)
    }

    /** Says to the app that brings pushes that this one is still there. Its answer is nobody's to wait for. */
    @Command
    fun renew(invoke: Invoke) {
        val args = invoke.parseArgs(SubscribeArgs::class.java)
        UnifiedPush.chosen(activity)?.let { UnifiedPush.register(activity, it, args.token, args.vapid) }
        invoke.resolve()
    }

    @Command
    fun unsubscribe(invoke: Invoke) {
        UnifiedPush.unregister(activity, invoke.parseArgs(TokenArgs::class.java).token)
        invoke.resolve()
    }

    /** How the phone stands. */
    @Command
    fun state(invoke: Invoke) = invoke.resolve(
        JSObject()
            .put("notifications", mayNotify())
            .put("lockable", WindowLock.isThere(activity))
            .put("locked", WindowLock.isOn(activity)),
    )

    /** Turns the lock on or off, by whoever can open it. */
    @Command
    fun setLock(invoke: Invoke) {
        val on = invoke.parseArgs(LockArgs::class.java).on
        if (!WindowLock.isThere(activity)) return invoke.reject("this phone has no lock of its own", "NO_LOCK")
        WindowLock.prove(activity) { isProven ->
            if (isProven) WindowLock.set(activity, on)
            invoke.resolve()
        }
    }

    private fun mayNotify(): Boolean = activity.getSystemService(NotificationManager::class.java).areNotificationsEnabled()
}
