//! The list of all tests of the suite.

/// Declares the tests of the suite for the providers that `$start` starts.
#[macro_export]
macro_rules! conformance_tests {
    ($start:path) => {
        $crate::conformance_tests! { $start, cancel:
            immediate_cancellation_cancels_any_status
            end_of_period_cancellation_changes_no_status_yet
            cancellation_with_unpause_ends_the_pause
            cancel_all_affects_only_the_given_customer
        }
        $crate::conformance_tests! { $start, pause:
            immediate_pause_has_the_requested_length
            end_of_period_pause_changes_no_status_yet
            pause_all_includes_annual_subscriptions
        }
        $crate::conformance_tests! { $start, offers:
            coupon_is_applied_once_under_both_field_names
            price_changes_under_both_schedules_and_field_names
            trial_is_extended_once_by_period_or_date
            concurrent_duplicates_have_one_effect
        }
        $crate::conformance_tests! { $start, fields:
            missing_or_null_required_field_is_a_400
            field_of_another_type_is_a_400
            unknown_enum_value_is_a_400
            invalid_duration_is_a_400
            nonexistent_date_is_a_400
            date_not_in_rfc_3339_is_a_400
            annual_subscription_is_not_paused_unless_allowed
        }
        $crate::conformance_tests! { $start, bodies:
            body_that_is_not_a_json_object_is_a_400
            deeply_nested_body_is_rejected
            body_of_a_mebibyte_is_rejected
            body_that_is_no_json_is_rejected_under_any_content_type
            rejection_does_not_affect_the_next_response
        }
        $crate::conformance_tests! { $start, ids:
            unusual_id_in_a_path_is_not_found
            unknown_email_or_phone_is_a_404
            unencoded_id_is_accepted_as_http_allows
            undecodable_path_is_rejected_without_a_500
            unusual_id_in_a_body_is_not_found
            actions_on_foreign_subscriptions_are_a_404
        }
        $crate::conformance_tests! { $start, manifest:
            manifest_is_complete_in_both_modes
            every_advertised_module_is_served
        }
        $crate::conformance_tests! { $start, queries:
            limit_that_is_not_positive_is_a_400
            limit_beyond_the_cap_is_capped
            invalid_cursor_is_a_400
            foreign_cursor_never_leaks_the_other_list
            stale_cursor_continues_after_its_row
            unknown_mode_is_a_400_without_effect
        }
        $crate::conformance_tests! { $start, reading:
            listed_rows_equal_retrieved_rows
            customers_are_found_by_email_and_phone
            referenced_and_embedded_rows_can_be_retrieved
            modes_are_separate_and_live_is_the_default
            missing_objects_are_a_404
            subscription_of_another_customer_is_not_found
        }
        $crate::conformance_tests! { $start, tokens:
            unauthenticated_requests_get_the_same_401
            scheme_is_case_insensitive_and_optional
            unknown_path_is_a_404_or_unauthenticated_a_401
            wrong_method_is_a_405_without_effect
        }
        $crate::conformance_tests! { $start, walks:
            lists_are_the_same_for_every_limit
            subscription_lists_are_the_same_for_every_limit
            default_page_size_is_ten_and_maximum_hundred
        }
    };
    ($start:path, $module:ident: $($test:ident)*) => {
        mod $module {
            $(
                #[test]
                fn $test() {
                    $crate::conformance::$module::$test($start);
                }
            )*
        }
    };
}
