package app.latchkey.desktop

import android.os.Build
import android.os.Bundle
import android.view.View
import android.view.WindowInsets

/** The window: the pages are the same as everywhere, and what the phone adds is in [PhonePlugin] and [WindowLock]. */
class MainActivity : TauriActivity() {
    private lateinit var lock: WindowLock

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        keepClear()
        lock = WindowLock(this)
        lock.close()
    }

    override fun onResume() {
        super.onResume()
        lock.ask()
    }

    override fun onPause() {
        lock.shade()
        super.onPause()
    }

    override fun onStop() {
        super.onStop()
        lock.close()
    }

    /** Keeps the page clear of the bars and the keyboard: since Android 15 windows reach under them. */
    private fun keepClear() {
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.R) return
        findViewById<View>(android.R.id.content).setOnApplyWindowInsetsListener { view, insets ->
            val kinds = WindowInsets.Type.systemBars() or WindowInsets.Type.displayCutout() or WindowInsets.Type.ime()
            val bars = insets.getInsets(kinds)
            view.setPadding(bars.left, bars.top, bars.right, bars.bottom)
            WindowInsets.CONSUMED
        }
    }
}
