package app.latchkey.desktop

import app.tauri.plugin.Invoke
import app.tauri.plugin.JSObject

/** The window's wish to be told here, while the app that brings pushes has not answered. All of it happens on the main thread. */
internal object Waiting {
    private var invoke: Invoke? = null

    /** A newer wish takes the place of an older one. */
    fun begin(asked: Invoke) {
        failed("INTERNAL_ERROR")
        invoke = asked
    }

    fun subscribed(endpoint: String) {
        invoke?.resolve(JSObject().put("endpoint", endpoint))
        invoke = null
    }

    fun failed(reason: String) {
        invoke?.reject("the push service refuses", reason)
        invoke = null
    }
}
