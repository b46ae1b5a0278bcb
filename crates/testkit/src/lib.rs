//! What the test of an exercise uses: processes, receiver, wire tap, verdicts.
