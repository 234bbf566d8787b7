"""python3 -m unittest discover scripts/perspective"""

import unittest

import numpy as np

from agreement import kappa, match, same_share


class Agreement(unittest.TestCase):
    def test_a_threshold_flags_as_many_as_asked(self) -> None:
        scores = np.array([0.1, 0.9, 0.4, 0.6])
        self.assertEqual(same_share(scores, 2), 0.5)
        self.assertEqual(same_share(scores, 0), 1.0)
        self.assertEqual(same_share(scores, 4), 0.05)

    def test_kappa_is_what_a_table_by_hand_gives(self) -> None:
        # 4 both yes, 1 and 1 apart, 4 both no: observed .8, chance .5.
        one = np.array([True] * 5 + [False] * 5)
        other = np.array([True] * 4 + [False, True] + [False] * 4)
        self.assertAlmostEqual(kappa(one, other), 0.6)
        self.assertTrue(np.isnan(kappa(np.array([False]), np.array([False]))))

    def test_two_graders_who_differ_on_one_pair_are_told_so(self) -> None:
        theirs = np.array([0.9, 0.8, 0.2, 0.1])
        ours = np.array([0.7, 0.2, 0.6, 0.1])
        found = match(theirs, ours, 0.8, resamples=200, seed=1)
        self.assertEqual((found.flagged, found.ours, found.only_theirs, found.only_ours), (2, 0.4, 1, 1))
        self.assertEqual(found.kappa, 0.0)
        self.assertLess(found.low, found.ours)
        self.assertGreater(found.high, found.ours)

    def test_the_same_scores_agree_fully_on_any_scale(self) -> None:
        theirs = np.linspace(0, 1, 101)
        found = match(theirs, theirs**2, 0.75, resamples=50, seed=1)
        self.assertAlmostEqual(found.ours, 0.555, places=2)
        self.assertEqual((found.kappa, found.only_theirs, found.only_ours), (1.0, 0, 0))


if __name__ == "__main__":
    unittest.main()
